import { Fragment } from "react"

/** A text in which "e-mail" stays whole, as browsers break lines after hyphens, and a number with what it counts. */
export function Words({ children }: { children: string }) {
	const parts = children.split(/(e-mail|\d+ (?:seconds|minutes|hours))/i)
	return (
		<span>
			{parts.map((part, index) => {
				const key = `${index} ${part}`
				return index % 2 ? (
					<span key={key} className="whole">
						{part}
					</span>
				) : (
					<Fragment key={key}>{part}</Fragment>
				)
			})}
		</span>
	)
}
