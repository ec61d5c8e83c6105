// What a page of its own needs are the other packages: whoever bundles this for one is told so now.
import '@anyfeed/web needs Node: it serves a page. Use @anyfeed/core and the adapters in a page of your own.'
