import { discoveryBehaviour } from './discovery-behaviour.ts'
import { dhtNetwork, mdnsNetwork, memoryNetwork } from './networks.ts'

discoveryBehaviour('memory', memoryNetwork)
discoveryBehaviour('mdns', mdnsNetwork)
discoveryBehaviour('bittorrent', dhtNetwork)
