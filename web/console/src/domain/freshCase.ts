/** What is said when somebody else moved the case; only who has typed something is told that it stays. */
export const tellNewer = (holdsTyped: boolean): string => `这件刚刚有了新进展。请先刷新再办${holdsTyped ? '，您填的内容会留着' : ''}。`
