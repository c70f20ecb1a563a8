import type { ReactNode } from "react"
import { appName, styles } from "../auth.config"

/**
 * The frame of every mail. `subject` is read from here too, so that one component is the whole mail.
 * Mail programs know no style sheets worth the name: styles stand on the elements.
 */
export function Mail({ subject, children }: { subject: string; children: ReactNode }) {
	const { light } = styles
	return (
		<html lang="en">
			<head>
				<meta charSet="utf-8" />
				<meta name="viewport" content="width=device-width" />
				<meta name="color-scheme" content="light dark" />
				<title>{subject}</title>
			</head>
			<body style={{ margin: 0, padding: "32px 16px", backgroundColor: light.background_color }}>
				<div
					style={{
						maxWidth: 480,
						margin: "0 auto",
						padding: 32,
						borderRadius: 12,
						backgroundColor: light.foreground_color,
						color: light.text_color,
						font: "16px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif",
					}}
				>
					<p style={{ margin: "0 0 24px", fontWeight: 700 }}>{appName}</p>
					{children}
				</div>
			</body>
		</html>
	)
}

export function Paragraph({ children, quiet }: { children: ReactNode; quiet?: boolean }) {
	return <p style={{ margin: "0 0 16px", ...(quiet && { fontSize: 14, opacity: 0.8 }) }}>{children}</p>
}

export function LinkButton({ href, children }: { href: string; children: string }) {
	const { button_color, button_text_color } = styles.light
	return (
		<p style={{ margin: "0 0 24px" }}>
			<a
				href={href}
				style={{
					display: "inline-block",
					padding: "12px 20px",
					borderRadius: 8,
					backgroundColor: button_color,
					color: button_text_color,
					textDecoration: "none",
					fontWeight: 600,
				}}
			>
				{children}
			</a>
		</p>
	)
}
