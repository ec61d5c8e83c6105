/** Cells in a row, and what one takes, in CSS pixels. */
const COLUMNS = 64
const CELL = 10
const GAP = 2

/** Draws a map: each cell is filled as far as its blocks are here. */
export function drawMap(canvas: HTMLCanvasElement, cells: Uint8Array): void {
  const columns = Math.min(COLUMNS, Math.max(cells.length, 16))
  const rows = Math.max(1, Math.ceil(cells.length / columns))
  const [width, height] = [columns * CELL, rows * CELL]
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  const context = canvas.getContext('2d')
  if (context === null) return
  const style = getComputedStyle(canvas)
  const [full, empty] = [style.getPropertyValue('--accent'), style.getPropertyValue('--cell')]
  context.clearRect(0, 0, width, height)
  for (const [index, part] of cells.entries()) {
    const [x, y] = [(index % columns) * CELL, Math.floor(index / columns) * CELL]
    const side = CELL - GAP
    context.fillStyle = empty
    context.fillRect(x, y, side, side)
    context.fillStyle = full
    context.fillRect(x, y, (side * part) / 255, side)
  }
}
