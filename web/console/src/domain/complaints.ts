/** What a list may be narrowed to beside the services: a complaint has none and goes by its process, called as in its row. */
export const COMPLAINTS = [
  { key: 'complaint_level_1', name: '投诉(1级)' },
  { key: 'complaint_level_2_3', name: '投诉(2、3级)' },
] as const
