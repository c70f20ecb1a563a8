import { useSyncExternalStore } from "react"

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" } as const
const PARTS = {
	day: { day: "numeric", month: "long", year: "numeric" },
	clock: CLOCK,
	exactClock: { ...CLOCK, second: "2-digit" },
} satisfies Record<string, Intl.DateTimeFormatOptions>

/**
 * In the reader's own zone, where a script can tell which that is; in UTC before. Its title is exact.
 *
 * @param props.end what ends the sentence: it stays on the time's line
 */
export function Time({ iso, withClock, end }: { iso: string; withClock?: boolean; end?: string }) {
	// What a browser renders first has to be what the server did.
	const zone = useSyncExternalStore(neverChanges, ownZone, () => "UTC")
	const day = inWords(iso, zone, "day")
	return (
		<time dateTime={iso} title={`${inWords(iso, "UTC", "day")}, ${inWords(iso, "UTC", "exactClock")}`}>
			<span>
				{day}
				{withClock ? "," : end}
			</span>
			{withClock && (
				<>
					{" "}
					<span>
						{inWords(iso, zone, "clock")}
						{end}
					</span>
				</>
			)}
		</time>
	)
}

/** Day or clock, each by itself: what stands between them is not the same in every engine. */
function inWords(iso: string, timeZone: string | undefined, part: keyof typeof PARTS): string {
	const key = `${part} ${timeZone}`
	const format = formats.get(key) ?? new Intl.DateTimeFormat("en-GB", { ...PARTS[part], timeZone })
	formats.set(key, format)
	return format.format(new Date(iso))
}

/** By part and zone. Making one takes half a millisecond, and 30 KB until it is collected. */
const formats = new Map<string, Intl.DateTimeFormat>()
const neverChanges = () => () => {}
const ownZone = () => undefined
