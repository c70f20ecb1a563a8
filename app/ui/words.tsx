import { Fragment } from "react"

/** A text in which "e-mail" stays whole: browsers break lines after hyphens. */
export function Words({ children }: { children: string }) {
	const parts = children.split(/(e-mail)/i)
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
