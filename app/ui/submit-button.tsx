import { useFormScope } from "./form"

/** Says that it is at work, and does not take a second press meanwhile. */
export function SubmitButton({
	children,
	pending,
	quiet,
	small,
}: {
	children: string
	pending: string
	quiet?: boolean
	small?: boolean
}) {
	const { busy } = useFormScope()
	return (
		<button
			type="submit"
			className={["button", quiet && "button-quiet", small && "button-small"].filter(Boolean).join(" ")}
			aria-disabled={busy}
			onClick={(event) => busy && event.preventDefault()}
		>
			{busy && <span className="spinner" aria-hidden="true" />}
			<span>{busy ? pending : children}</span>
		</button>
	)
}
