import serif from "@fontsource/newsreader/files/newsreader-latin-500-normal.woff2?url"
import type { ReactNode } from "react"
import { appName, footerLinks, styles } from "../auth.config"
import stylesheet from "./styles.css?url"
import { fullTitle } from "./title"

/** The page around every page. `head` and `scripts` are what the router adds where there is one. */
export function Document(props: {
	nonce: string | undefined
	title?: string
	head?: ReactNode
	scripts?: ReactNode
	children: ReactNode
}) {
	const { nonce, title, head, scripts, children } = props
	return (
		<html lang="en">
			<head>
				<meta charSet="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<Theme nonce={nonce} />
				{title && <title>{fullTitle(title)}</title>}
				{head}
				<link rel="icon" href="/favicon.ico" sizes="32x32" />
				<link rel="icon" href="/favicon.svg" type="image/svg+xml" />
				<link rel="apple-touch-icon" href="/apple-touch-icon.png" />
				<link rel="preload" href={serif} as="font" type="font/woff2" crossOrigin="anonymous" />
				<link rel="stylesheet" href={stylesheet} />
			</head>
			<body>
				<div className="page">
					<div className="gate" aria-hidden="true" />
					<div className="scene">
						<header className="brand">
							<a href="/">
								<Mark />
								{appName}
							</a>
						</header>
						<main>{children}</main>
					</div>
					<Floor />
				</div>
				{scripts}
			</body>
		</html>
	)
}

/** In a layer, so that style sheets can take other colours: on paper, and for anyone who asks for more contrast. */
function Theme({ nonce }: { nonce: string | undefined }) {
	const { light, dark } = styles
	return (
		<>
			<meta name="theme-color" content={light.background_color} media="(prefers-color-scheme: light)" />
			<meta name="theme-color" content={dark.background_color} media="(prefers-color-scheme: dark)" />
			<style nonce={nonce} suppressHydrationWarning>
				{`@layer config{:root{${customProperties(light)}}@media(prefers-color-scheme:dark){:root{${customProperties(dark)}}}}`}
			</style>
		</>
	)
}

/** `background_color` becomes `--background-color`. */
function customProperties(colors: Record<string, string>): string {
	return Object.entries(colors)
		.map(([name, color]) => `--${name.replaceAll("_", "-")}:${color}`)
		.join(";")
}

/** Where the light falls, and what a visitor may look up; without links it is a floor all the same. */
function Floor() {
	const links = Object.entries(footerLinks).filter(([, href]) => href)
	return (
		<footer className="floor">
			<div className="light" aria-hidden="true" />
			{links.length > 0 && (
				<nav aria-label="About this site">
					{links.map(([name, href]) => (
						<a key={name} href={href ?? undefined}>
							{footerLabels[name as keyof typeof footerLinks]}
						</a>
					))}
				</nav>
			)}
		</footer>
	)
}

const footerLabels = { privacy: "Privacy", terms: "Terms", help: "Help" }

function Mark() {
	return (
		<svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
			<path d="M5 29V15a11 11 0 0 1 22 0v14" fill="none" stroke="currentColor" strokeWidth="3" />
			<path d="M11 29V16a5 5 0 0 1 10 0v13z" fill="currentColor" />
		</svg>
	)
}
