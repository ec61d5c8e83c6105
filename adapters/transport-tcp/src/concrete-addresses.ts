import { networkInterfaces } from 'node:os'
import { formatAddress } from './address.ts'

/**
 * The addresses under which a bound socket can be dialled: itself, or one for each interface, loopback included, when
 * it is bound to all of them. Link-local IPv6 addresses are left out, as they say nothing without a zone.
 */
export function concreteAddresses(bound: { readonly address: string; readonly port: number }): string[] {
  const family = bound.address === '0.0.0.0' ? 'IPv4' : bound.address === '::' ? 'IPv6' : undefined
  if (family === undefined) return [formatAddress(bound.address, bound.port)]
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((each) => each.family === family && !/^fe[89ab]/i.test(each.address))
    .map((each) => formatAddress(each.address, bound.port))
}
