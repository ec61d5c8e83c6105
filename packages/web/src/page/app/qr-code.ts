import { encode } from 'uqr'

const SVG = 'http://www.w3.org/2000/svg'

/** A text as a QR code, black on white whatever the theme: cameras want it so. */
export function qrCode(text: string, label: string): SVGSVGElement {
  const { data, size } = encode(text, { border: 2 })
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  const svg = document.createElementNS(SVG, 'svg')
  const attributes = { viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': label, class: 'qr' }
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value)
  const dots = document.createElementNS(SVG, 'path')
  dots.setAttribute('d', path)
  dots.setAttribute('shape-rendering', 'crispEdges')
  svg.append(dots)
  return svg
}
