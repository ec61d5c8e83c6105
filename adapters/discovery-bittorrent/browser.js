// A page sends no UDP: whoever bundles this for one is told so now, by the name of a module that no bundler finds.
import '@anyfeed/discovery-bittorrent needs Node: a page has no UDP. Use @anyfeed/discovery-libp2p there.'
