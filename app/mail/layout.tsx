import type { ReactNode } from "react"
import { appName, styles } from "../auth.config"

const { light, dark } = styles

const SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
const SERIF = "Georgia, 'Times New Roman', serif"
const MAX_WIDTH = 480
const DEFAULT_REASON = `Sent by ${appName}, because this address was given there.`

/**
 * The frame of every mail. `subject` is read from here too, so that one component is the whole mail. Mail programs know
 * no style sheets worth the name: styles stand on the elements, columns are tables, and colours are solid.
 *
 * @param preview what a list of mails shows beside the subject
 * @param reason why this came to this address, beneath the card
 */
export function Mail(props: {
	subject: string
	title?: string
	preview?: string
	reason?: string
	children: ReactNode
}) {
	const { subject, title = subject, preview, reason = DEFAULT_REASON, children } = props
	return (
		<html lang="en">
			<head>
				<meta charSet="utf-8" />
				<meta name="viewport" content="width=device-width" />
				<meta name="color-scheme" content="light dark" />
				<meta name="supported-color-schemes" content="light dark" />
				<title>{subject}</title>
				<style>{darkColors}</style>
			</head>
			<body
				className="wall"
				style={{ margin: 0, padding: "24px 16px", backgroundColor: light.background_color }}
			>
				{preview && (
					<div
						className="preview"
						aria-hidden="true"
						style={{ display: "none", maxHeight: 0, overflow: "hidden" }}
					>
						{preview}
					</div>
				)}
				<Column>
					<Brand />
					<main
						className="card"
						style={{
							display: "block",
							// What stands last has a margin of its own.
							padding: "32px 24px 16px",
							border: `1px solid ${light.border_color}`,
							borderRadius: 16,
							backgroundColor: light.foreground_color,
							color: light.text_color,
							font: `16px/1.5 ${SANS}`,
						}}
					>
						<h1 style={{ margin: "0 0 12px", font: `28px/1.2 ${SERIF}` }}>{title}</h1>
						{children}
					</main>
					<p
						className="quiet"
						style={{ margin: "20px 8px 0", color: light.text_color, font: `13px/1.5 ${SANS}` }}
					>
						{reason}
					</p>
				</Column>
			</body>
		</html>
	)
}

/** As wide as it may be everywhere, also where no `max-width` is known. */
function Column({ children }: { children: ReactNode }) {
	return (
		<table
			role="presentation"
			align="center"
			width="100%"
			cellPadding={0}
			cellSpacing={0}
			style={{ maxWidth: MAX_WIDTH }}
		>
			<tbody>
				<tr>
					<td>{children}</td>
				</tr>
			</tbody>
		</table>
	)
}

/** The mark is a cell, as pictures are not shown to everybody; a rectangle where radii are not known. */
function Brand() {
	return (
		<table
			className="brand"
			role="presentation"
			cellPadding={0}
			cellSpacing={0}
			style={{ margin: "0 8px 20px" }}
		>
			<tbody>
				<tr>
					<td
						className="button"
						width={22}
						height={28}
						style={{ borderRadius: "11px 11px 0 0", backgroundColor: light.button_color }}
					/>
					<td
						className="text"
						style={{ paddingLeft: 12, color: light.text_color, font: `20px/1.2 ${SERIF}` }}
					>
						{appName}
					</td>
				</tr>
			</tbody>
		</table>
	)
}

export function TextLink({ href, children }: { href: string; children: string }) {
	return (
		<a className="link" href={href} style={{ color: light.link_color }}>
			{children}
		</a>
	)
}

export function Paragraph({ children, quiet }: { children: ReactNode; quiet?: boolean }) {
	return <p style={{ margin: "0 0 16px", ...(quiet && { fontSize: 14 }) }}>{children}</p>
}

/** A button, and its address in full for anyone who cannot press it. Outlook fills cells, not links. */
export function LinkButton({ href, children }: { href: string; children: string }) {
	const { button_color, button_text_color } = light
	return (
		<>
			<table role="presentation" width="100%" cellPadding={0} cellSpacing={0} style={{ margin: "24px 0" }}>
				<tbody>
					<tr>
						<td className="button" align="center" style={{ borderRadius: 8, backgroundColor: button_color }}>
							<a
								className="button-text"
								href={href}
								style={{
									display: "block",
									padding: "13px 20px",
									color: button_text_color,
									font: `600 16px/24px ${SANS}`,
									textDecoration: "none",
								}}
							>
								{children}
							</a>
						</td>
					</tr>
				</tbody>
			</table>
			<div className="copy">
				<p style={{ margin: "0 0 4px", fontSize: 14 }}>If the button doesn't work, copy this link:</p>
				<p style={{ margin: "0 0 24px", fontSize: 14, wordBreak: "break-all" }}>
					<TextLink href={href}>{href}</TextLink>
				</p>
			</div>
		</>
	)
}

/** In UTC, as nobody knows where a mail is read. */
export function Moment({ at }: { at: Date }) {
	return <>{moments.format(at)}</>
}

const moments = new Intl.DateTimeFormat("en-GB", {
	day: "numeric",
	month: "long",
	year: "numeric",
	hour: "2-digit",
	minute: "2-digit",
	hour12: false,
	timeZone: "UTC",
	timeZoneName: "short",
})

/** For programs that read it; the others show the colours of the day. */
const darkColors = `@media (prefers-color-scheme: dark) {
.wall { background-color: ${dark.background_color} !important }
.card { background-color: ${dark.foreground_color} !important; border-color: ${dark.border_color} !important }
.card, .text, .quiet { color: ${dark.text_color} !important }
.button { background-color: ${dark.button_color} !important }
.button-text { color: ${dark.button_text_color} !important }
.link { color: ${dark.link_color} !important }
}`
