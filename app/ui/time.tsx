const day: Intl.DateTimeFormatOptions = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }
const clock: Intl.DateTimeFormatOptions = {
	hour: "2-digit",
	minute: "2-digit",
	hour12: false,
	timeZoneName: "short",
}

/** In UTC, so that server and browser show the same. */
export function Time({ iso, withClock }: { iso: string; withClock?: boolean }) {
	const format = new Intl.DateTimeFormat("en-GB", withClock ? { ...day, ...clock } : day)
	return <time dateTime={iso}>{format.format(new Date(iso))}</time>
}
