import type { Page } from "@playwright/test"

/** In CSS pixels: what is pressed, and, by WCAG 2.2, 2.5.8, any other link that is not part of a sentence. */
const LEAST_TARGETS = { action: 44, link: 24 }

/** Measured by what a finger hits, from the middle outwards: a target may be larger than what is painted. */
export function smallTargets(page: Page): Promise<string[]> {
	const targets = page.locator("a:visible, button:visible, input:visible, select:visible")
	return targets.evaluateAll((targets, least) => {
		const isInSentence = (link: Element) => {
			const sentence = link.localName === "a" && link.closest("p, li, dd, td, th, .card-footer")
			return sentence && sentence.textContent !== link.textContent
		}
		const hits = (target: Element, x: number, y: number) => {
			const hit = document.elementFromPoint(x, y)
			return hit !== null && (target.closest("label") ?? target).contains(hit)
		}
		const sizeOf = (target: Element) => {
			const { left, top, right, bottom } = target.getBoundingClientRect()
			const reach = (stepX: number, stepY: number) => {
				let steps = 0
				const isHit = () =>
					hits(target, (left + right) / 2 + steps * stepX, (top + bottom) / 2 + steps * stepY)
				while (steps < least.action && isHit()) steps++
				return steps
			}
			return Math.min(reach(-1, 0) + reach(1, 0), reach(0, -1) + reach(0, 1))
		}
		return targets
			.filter((target) => !isInSentence(target))
			.flatMap((target) => {
				target.scrollIntoView({ block: "center", behavior: "instant" })
				const size = sizeOf(target)
				const needed = target.matches("li a") ? least.link : least.action
				return size < needed ? [`${size} px: ${target.outerHTML}`] : []
			})
	}, LEAST_TARGETS)
}

/** The page clips what sticks out, as the gate may; so its scroll width alone proves nothing. */
export function elementsBeyondTheEdge(page: Page): Promise<string[]> {
	return page.locator("body *").evaluateAll((elements) =>
		elements
			.filter((element) => {
				const { left, right } = element.getBoundingClientRect()
				return (
					left < 0 ||
					right > document.documentElement.clientWidth ||
					element.scrollWidth > element.clientWidth + 1
				)
			})
			.filter(
				(element) =>
					getComputedStyle(element).display !== "inline" &&
					!element.matches(".page, .gate, .floor, .light, .spoken, input"),
			)
			.map((element) => element.outerHTML),
	)
}

/** Words that go on in the next line. Addresses, and what only machines say, may. */
export function brokenWords(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const broken: string[] = []
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
		while (walker.nextNode()) {
			const { parentElement: parent, data } = walker.currentNode as Text
			if (!parent?.checkVisibility() || parent.closest("script, style, option, code, pre, .spoken")) continue
			for (const { 0: word, index } of data.matchAll(/e-mail|[^\s\u2010-\u2014-]+/gi)) {
				if (/[@/_\d]/.test(word)) continue
				const range = document.createRange()
				range.setStart(walker.currentNode, index)
				range.setEnd(walker.currentNode, index + word.length)
				const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)))
				if (lines.size > 1) broken.push(word)
			}
		}
		return broken
	})
}

/** Texts that lie on one another, as words do that are put at fixed places. */
export function overlappingTexts(page: Page): Promise<string[]> {
	return page
		.locator("main :is(label, .label, .hint, .field-aside, .toggle, h1, h2, .lead):visible")
		.evaluateAll((texts) => {
			const boxes = texts.map((text) => {
				const range = document.createRange()
				range.selectNodeContents(text)
				return { text, ...range.getBoundingClientRect().toJSON() }
			})
			return boxes.flatMap((one, index) =>
				boxes
					.slice(index + 1)
					.filter(
						(other) =>
							!one.text.contains(other.text) &&
							one.left < other.right &&
							other.left < one.right &&
							one.top < other.bottom - 1 &&
							other.top < one.bottom - 1,
					)
					.map((other) => `${one.text.textContent} | ${other.text.textContent}`),
			)
		})
}

/** As who asks the browser for letters twice as large; unlike a zoom, nothing else grows by itself. */
export async function doubleText(page: Page): Promise<void> {
	const browser = await page.context().newCDPSession(page)
	await browser.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } })
}
