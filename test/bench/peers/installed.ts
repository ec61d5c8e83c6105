/**
 * A module of an installed peer. Types are what the caller says: this workspace need not be there for ours to be
 * checked.
 */
export async function installed<T>(specifier: string): Promise<T> {
  return (await import(specifier)) as T
}
