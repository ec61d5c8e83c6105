// A page opens no TCP sockets: whoever bundles this for one is told so now, by the name of a module that no bundler finds.
import '@anyfeed/transport-tcp needs Node: a page has no TCP. Use @anyfeed/transport-libp2p there (WebSockets, WebRTC).'
