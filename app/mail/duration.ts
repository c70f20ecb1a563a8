const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** In the largest unit of which there are at least two; a single one is said as people say it. */
export function duration(seconds: number): string {
	if (seconds === HOUR) return "an hour"
	if (seconds < 2 * MINUTE) return "a minute"
	if (seconds >= 2 * DAY) return `${Math.floor(seconds / DAY)} days`
	if (seconds >= 2 * HOUR) return `${Math.floor(seconds / HOUR)} hours`
	return `${Math.floor(seconds / MINUTE)} minutes`
}
