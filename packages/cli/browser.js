// A page has no command line: whoever bundles this for one is told so now, by the name of a module that no bundler finds.
import 'anyfeed is the command line and needs Node. Use @anyfeed/core and the adapters in a page.'
