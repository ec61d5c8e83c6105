// A page sends no multicast: whoever bundles this for one is told so now, by the name of a module that no bundler finds.
import '@anyfeed/discovery-mdns needs Node: a page has no multicast. Use @anyfeed/discovery-libp2p there.'
