/** For a card whose next step is in the mail. */
export function Envelope() {
	return (
		<svg
			aria-hidden="true"
			viewBox="0 0 32 24"
			fill="none"
			stroke="currentColor"
			strokeWidth="2"
			strokeLinejoin="round"
		>
			<rect x="2" y="2" width="28" height="20" rx="2" />
			<path d="m3 4 13 10L29 4" />
		</svg>
	)
}
