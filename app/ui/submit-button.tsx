import { useEffect, useState } from "react"
import { useAnnouncement } from "./announcer"
import { useFormScope } from "./form"

/** What is answered sooner needs no sign that it is waited for: it would only flicker. */
const PENDING_AFTER_MS = 150
const SLOW_AFTER_MS = 8_000

/** Says that it is at work, and does not take a second press meanwhile. */
export function SubmitButton({
	children,
	pending,
	quiet,
	danger,
	small,
}: {
	children: string
	pending: string
	quiet?: boolean
	/** For what cannot be undone; quiet, too. */
	danger?: boolean
	small?: boolean
}) {
	const { busy } = useFormScope()
	const isPending = useLasting(busy, PENDING_AFTER_MS)
	const isSlow = useLasting(busy, SLOW_AFTER_MS)
	useAnnouncement(isPending ? pending : null)
	return (
		<div className="submit">
			<button
				type="submit"
				className={[
					"button",
					(quiet || danger) && "button-quiet",
					danger && "button-danger",
					small && "button-small",
				]
					.filter(Boolean)
					.join(" ")}
				aria-disabled={busy}
				onClick={(event) => busy && event.preventDefault()}
			>
				{isPending && <span className="spinner" aria-hidden="true" />}
				<span>{isPending ? pending : children}</span>
			</button>
			<p className="field-note" aria-live="polite">
				{isSlow && "This is taking longer than usual…"}
			</p>
		</div>
	)
}

/** Whether it has been so for this long. */
function useLasting(isSo: boolean, ms: number): boolean {
	const [lasts, setLasts] = useState(false)
	useEffect(() => {
		if (!isSo) return
		const timer = setTimeout(() => setLasts(true), ms)
		return () => {
			clearTimeout(timer)
			setLasts(false)
		}
	}, [isSo, ms])
	return lasts
}
