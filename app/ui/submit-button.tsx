import { useNavigation } from "@remix-run/react"

/** Says that it is at work, and does not take a second press meanwhile. */
export function SubmitButton({ children, pending }: { children: string; pending: string }) {
	const busy = useNavigation().formMethod === "POST"
	return (
		<button
			type="submit"
			className="button"
			aria-disabled={busy}
			onClick={(event) => busy && event.preventDefault()}
		>
			{busy && <span className="spinner" aria-hidden="true" />}
			<span>{busy ? pending : children}</span>
		</button>
	)
}
