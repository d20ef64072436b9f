/** Our own line drawings on a 24×24 ground, in the colour of the text around them. */
const PATHS = {
  repair: 'M14 7a4 4 0 0 1 5-4l-2.5 2.5.7 2.3 2.3.7L22 6a4 4 0 0 1-5.5 4.700L8 19.200a2.3 2.3 0 0 1-3.2-3.200l8.5-8.500z',
  installation: 'M3 11l9-7 9 7M5 10v10h14V10M12 12v6M9 15h6',
  installation_non_residential: 'M4 21V9l5 3V9l5 3V9l6 3v9zM4 9V4h3v4M8 17h2M13 17h2',
  installation_group: 'M3 21V8h7v13zM10 21V4h11v17zM6 12h1M6 16h1M14 8h3M14 12h3M14 16h3',
  suspension: 'M12 3v8M6.5 6.500a8 8 0 1 0 11 0',
  alteration: 'M4 4v6h6V4M7 10v5a4 4 0 0 0 4 4h3M14 15h6v6M4 4h6M20 15v6h-6',
  gas_on: 'M12 3c1 4 6 6 6 11a6 6 0 0 1-12 0c0-2 1-4 2.5-5 .2 2 1 3 2 3.500C10 9 10.5 6 12 3z',
  inspection: 'M12 3l8 3v5c0 5-3.5 8.5-8 10-4.5-1.5-8-5-8-10V6zM8.5 12l2.5 2.5 4.5-5',
  paper: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  alarm: 'M12 3l10 18H2zM12 10v5M12 17.800v.4',
  phone: 'M6 3l3 1 1.5 4-2 1.500a11 11 0 0 0 6 6l1.5-2 4 1.5 1 3c-1 2-3 3-5 3C9 20 4 15 3 8c0-2 1-4 3-5z',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.010M4 12h.010M4 18h.01',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 3.5-6 8-6s8 2 8 6',
  done: 'M5 12.500l4.5 4.500L19 7.5',
  now: 'M12 12m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z',
  wait: 'M12 7v5l3 2M12 12m-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0z',
  stop: 'M7 7l10 10M17 7L7 17',
  back: 'M15 5l-7 7 7 7',
  go: 'M9 5l7 7-7 7',
  camera: 'M4 8h4l1.5-3h5L16 8h4v11H4zM12 17a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
  place: 'M12 21c4-5 7-8 7-12a7 7 0 0 0-14 0c0 4 3 7 7 12zM12 11.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  star: 'M12 3l2.7 5.8 6.3.8-4.6 4.3 1.2 6.200L12 17l-5.6 3.1 1.2-6.200L3 9.600l6.3-.8z',
} as const

export type IconName = keyof typeof PATHS

/** The icon of a service; any other gets a sheet of paper. */
export function iconOfService(key: string): IconName {
  return key in PATHS ? (key as IconName) : 'paper'
}

/** A mask that draws `name`; `filled` for stars that count. */
export function maskOf(name: IconName, filled: boolean): string {
  const paint = filled ? "fill='black'" : "fill='none'"
  const svg =
    `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' ${paint} stroke='black' stroke-width='2' ` +
    `stroke-linecap='round' stroke-linejoin='round'><path d='${PATHS[name]}'/></svg>`
  return `url("data:image/svg+xml,${encodeURIComponent(svg).replace(/'/g, '%27')}")`
}
