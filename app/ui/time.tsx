import { useSyncExternalStore } from "react"

const DAY: Intl.DateTimeFormatOptions = { day: "numeric", month: "long", year: "numeric" }
const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }
const ZONE: Intl.DateTimeFormatOptions = { timeZoneName: "short" }

/**
 * In the reader's own zone, where a script can tell which that is; in UTC before. Its title is exact.
 *
 * @param props.end what ends the sentence: it stays on the time's line
 */
export function Time({ iso, withClock, end }: { iso: string; withClock?: boolean; end?: string }) {
	// What a browser renders first has to be what the server did.
	const zone = useSyncExternalStore(neverChanges, ownZone, () => "UTC")
	const clock = { ...CLOCK, ...ZONE }
	const day = inWords(iso, zone, DAY)
	return (
		<time
			dateTime={iso}
			title={`${inWords(iso, "UTC", DAY)}, ${inWords(iso, "UTC", { ...clock, second: "2-digit" })}`}
		>
			<span>
				{day}
				{withClock ? "," : end}
			</span>
			{withClock && (
				<>
					{" "}
					<span>
						{inWords(iso, zone, clock)}
						{end}
					</span>
				</>
			)}
		</time>
	)
}

/** Day or clock, each by itself: what stands between them is not the same in every engine. */
function inWords(iso: string, timeZone: string | undefined, part: Intl.DateTimeFormatOptions): string {
	return new Intl.DateTimeFormat("en-GB", { ...part, timeZone }).format(new Date(iso))
}

const neverChanges = () => () => {}
const ownZone = () => undefined
