import type { CDPSession, Page } from "@playwright/test"

/** WCAG 2.2: 1.4.3 for text, 1.4.11 for the edges of what can be operated. Sizes in CSS pixels. */
const LIMITS = { text: 4.5, largeText: 3, edge: 3, largeSize: 24, largeBoldSize: 18.66 }

/** A surface counts for a text if this share of the text's box has its colour: what is less is an edge of something. */
const LEAST_SHARE = 0.05

/**
 * States of controls, each forced upon all of a page's: by pseudo-class, until what is returned is detached, or as a
 * script can set them.
 */
export const conditions: Record<string, (page: Page) => Promise<CDPSession | undefined>> = {
	"under the pointer": (page) => forcePseudoClasses(page, "a, button, input, select, label", ["hover"]),
	focused: (page) => forcePseudoClasses(page, "a, button, input, select", ["focus", "focus-visible"]),
	"filled in by the browser": async (page) => {
		// What Chromium itself paints then; only the pseudo-class can be forced.
		const own = "background: light-dark(#e8f0fe, #465a7e66) !important; color: fieldtext !important"
		await adopt(page, `input:autofill { ${own} }`)
		await setOnControls(page, { value: "ada" })
		return forcePseudoClasses(page, "input", ["autofill"])
	},
	"with placeholders": (page) => setOnControls(page, { value: "", placeholder: "Such as this" }),
	"checked, and at work": (page) => setOnControls(page, { checked: true, ariaDisabled: "true" }),
	disabled: (page) => setOnControls(page, { disabled: true, ariaDisabled: "false" }),
}

/**
 * What on the page is hard to tell from what lies around it, each with its ratio. The colours of texts and edges are
 * the computed ones; those behind them are read from a picture of the page without its words, so that nothing that is
 * painted, by whichever element, pseudo-element, gradient or shadow, is missed.
 */
export async function weakContrasts(page: Page): Promise<string[]> {
	await page.evaluate(() => scrollTo(0, 0))
	await adopt(page, "*, ::before, ::after { transition: none !important; animation: none !important }")
	const shown = await page.evaluate(collect, LIMITS)
	const unseen =
		"-webkit-text-fill-color: transparent !important; text-decoration-color: transparent !important"
	await adopt(page, `*, ::placeholder { ${unseen} }`)
	const picture = (await page.screenshot({ fullPage: true })).toString("base64")
	await page.evaluate(() => document.adoptedStyleSheets.pop())
	return page.evaluate(compare, { ...shown, picture, leastShare: LEAST_SHARE })
}

/** A sheet that a script makes is no matter of the page's policy. */
async function adopt(page: Page, css: string): Promise<void> {
	await page.evaluate((css) => {
		const sheet = new CSSStyleSheet()
		sheet.replaceSync(css)
		document.adoptedStyleSheets.push(sheet)
	}, css)
}

async function setOnControls(page: Page, properties: Record<string, string | boolean>): Promise<undefined> {
	await page.locator("main :is(input, select, button)").evaluateAll((controls, properties) => {
		for (const control of controls)
			for (const [name, value] of Object.entries(properties))
				if (name !== "value" || control.matches("input:not([type=checkbox], [type=hidden])"))
					Object.assign(control, { [name]: value })
	}, properties)
}

async function forcePseudoClasses(page: Page, selector: string, forced: string[]): Promise<CDPSession> {
	const browser = await page.context().newCDPSession(page)
	await browser.send("DOM.enable")
	await browser.send("CSS.enable")
	const { root } = await browser.send("DOM.getDocument")
	const { nodeIds } = await browser.send("DOM.querySelectorAll", { nodeId: root.nodeId, selector })
	for (const nodeId of nodeIds)
		await browser.send("CSS.forcePseudoState", { nodeId, forcedPseudoClasses: forced })
	return browser
}

type Box = { left: number; top: number; right: number; bottom: number }
/** Something with colours of which at least one must stand out from what is behind its boxes, or around its box. */
type Shown = { name: string; colors: string[]; least: number; boxes: Box[] }

/** Runs in the page. */
function collect(limits: typeof LIMITS): { texts: Shown[]; edges: Shown[] } {
	const isSeen = (element: Element) =>
		element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
		!element.closest(".spoken")

	const text = (element: Element, words: string, boxes: Iterable<DOMRect>, pseudo?: string): Shown => {
		const { fontSize, fontWeight, webkitTextFillColor } = getComputedStyle(element, pseudo)
		const largeSize = Number(fontWeight) >= 700 ? limits.largeBoldSize : limits.largeSize
		return {
			name: `“${words.trim().slice(0, 40)}”`,
			colors: [webkitTextFillColor],
			least: Number.parseFloat(fontSize) >= largeSize ? limits.largeText : limits.text,
			boxes: [...boxes]
				.map((box) => inSight(grown(box, 0), element))
				.filter(({ left, top, right, bottom }) => left < right && top < bottom),
		}
	}
	/** What boxes that scroll leave of it. */
	const inSight = (box: Box, element: Element): Box => {
		const seen = { ...box }
		for (let around: Element | null = element; around; around = around.parentElement) {
			if (getComputedStyle(around).overflowX === "visible") continue
			const { left, top, right, bottom } = around.getBoundingClientRect()
			Object.assign(seen, {
				left: Math.max(seen.left, left),
				top: Math.max(seen.top, top),
				right: Math.min(seen.right, right),
				bottom: Math.min(seen.bottom, bottom),
			})
		}
		return seen
	}
	const grown = ({ left, top, right, bottom }: DOMRect, by: number): Box => ({
		left: left - by,
		top: top - by,
		right: right + by,
		bottom: bottom + by,
	})

	const texts: Shown[] = []
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
	while (walker.nextNode()) {
		const { parentElement: parent, data } = walker.currentNode as Text
		if (!parent || !data.trim() || parent.matches("option, script, style") || !isSeen(parent)) continue
		const range = document.createRange()
		range.selectNodeContents(walker.currentNode)
		texts.push(text(parent, data, range.getClientRects()))
	}
	for (const control of document.querySelectorAll<HTMLInputElement>("input:not([type=checkbox]), select")) {
		if (!isSeen(control)) continue
		const { left, top, width, height } = control.getBoundingClientRect()
		const inside = [new DOMRect(left + 8, top + 8, width - 16, height - 16)]
		const isPlaceholder = control.value === "" && control.placeholder
		texts.push(text(control, control.name, inside, isPlaceholder ? "::placeholder" : undefined))
	}

	const isThere = (color: string) => !/^rgba\(.* 0\)$/.test(color)
	const edges = [...document.querySelectorAll("a, button, input, select")]
		.filter(isSeen)
		.flatMap((element) => {
			const style = getComputedStyle(element)
			const [width, offset] = [style.outlineWidth, style.outlineOffset].map(Number.parseFloat) as [
				number,
				number,
			]
			const hasOutline = style.outlineStyle !== "none" && width > 0
			if (!hasOutline && !element.matches("input, select, .button")) return []
			const own = [style.borderTopWidth !== "0px" ? style.borderTopColor : "", style.backgroundColor]
			const reach = hasOutline && offset + width > 0 ? offset + width : Math.min(offset, 0)
			const name = element.getAttribute("name") ?? element.textContent
			return {
				name: `the ${hasOutline ? "focus" : "edge"} of ${element.localName} ${name}`,
				colors: hasOutline ? [style.outlineColor] : own.filter((color) => color && isThere(color)),
				least: limits.edge,
				boxes: [grown(element.getBoundingClientRect(), reach + 1.5 * Math.sign(reach || 1))],
			}
		})
	return { texts, edges }
}

/** Runs in the page. */
async function compare(given: {
	texts: Shown[]
	edges: Shown[]
	picture: string
	leastShare: number
}): Promise<string[]> {
	type Color = [red: number, green: number, blue: number]
	const bytes = Uint8Array.from(atob(given.picture), (character) => character.charCodeAt(0))
	const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }))
	const picture = contextOf(image.width, image.height)
	picture.drawImage(image, 0, 0)
	const dot = contextOf(1, 1)
	const told = [
		...given.texts.flatMap((shown) => weaknesses(shown, surfacesBehind)),
		...given.edges.flatMap((shown) => weaknesses(shown, surfacesAround)),
	]
	return [...new Set(told)]

	function contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
		const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })
		if (!context) throw new Error("This browser has no canvas")
		return context
	}

	function weaknesses({ name, colors, least, boxes }: Shown, surfacesOf: (box: Box) => Color[]): string[] {
		return boxes.flatMap(surfacesOf).flatMap((surface) => {
			const ratio = Math.max(1, ...colors.map((color) => contrast(laidOver(color, surface), surface)))
			return ratio >= least ? [] : [`${name}: ${ratio.toFixed(2)} on rgb(${surface}), less than ${least}`]
		})
	}

	function surfacesBehind({ left, top, right, bottom }: Box): Color[] {
		const [x, y] = [Math.floor(left), Math.floor(top)]
		const pixels = picture.getImageData(x, y, Math.ceil(right) - x, Math.ceil(bottom) - y).data
		const counts = new Map<number, number>()
		for (const pixel of new Uint32Array(pixels.buffer)) counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
		const least = (pixels.length / 4) * given.leastShare
		return [...counts]
			.filter(([, count]) => count >= least)
			.map(([pixel]) => [...new Uint8Array(Uint32Array.of(pixel).buffer, 0, 3)] as Color)
	}

	function surfacesAround({ left, top, right, bottom }: Box): Color[] {
		const [x, y] = [(left + right) / 2, (top + bottom) / 2]
		const points: [x: number, y: number][] = [
			[left, y],
			[right, y],
			[x, top],
			[x, bottom],
		]
		return points
			.filter(([x, y]) => x >= 0 && y >= 0 && x < image.width && y < image.height)
			.map(([x, y]) => colorAt(picture, x, y))
	}

	/** Any colour that style sheets know. */
	function laidOver(color: string, surface: Color): Color {
		for (const layer of [`rgb(${surface})`, color]) {
			dot.fillStyle = layer
			dot.fillRect(0, 0, 1, 1)
		}
		return colorAt(dot, 0, 0)
	}

	function colorAt(context: OffscreenCanvasRenderingContext2D, x: number, y: number): Color {
		const [red = 0, green = 0, blue = 0] = context.getImageData(Math.floor(x), Math.floor(y), 1, 1).data
		return [red, green, blue]
	}

	/** WCAG 2.2, "contrast ratio" and "relative luminance". */
	function contrast(one: Color, other: Color): number {
		const [lower = 0, higher = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
		return (higher + 0.05) / (lower + 0.05)
	}

	function luminance(color: Color): number {
		const [red = 0, green = 0, blue = 0] = color.map((value) => {
			const share = value / 255
			return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
		})
		return 0.2126 * red + 0.7152 * green + 0.0722 * blue
	}
}
