import { en as text } from "../app/text/en"
import { expect, test } from "./fixtures"
import { expectAccessible } from "./support/axe"
import { weakContrasts } from "./support/contrast"
import {
	brokenWords,
	doubleText,
	elementsBeyondTheEdge,
	overlappingTexts,
	smallTargets,
} from "./support/layout"
import { namesIn, reachableStates, stateContext, tagOf } from "./support/page-state"
import { spokenOf } from "./support/spoken"

for (const [name, reach] of reachableStates)
	test(`${name} meets WCAG 2.2 AA`, tagOf(name), async ({ page, server, mailbox, javaScriptEnabled }) => {
		const context = await stateContext(page, server, mailbox)
		await reach(context)

		await test.step("its title tells faults; it has a language and one heading", async () => {
			const isFaulty = (await page.locator("[role=alert], [aria-invalid=true]").count()) > 0
			await expect.poll(async () => (await page.title()).startsWith(text.faultyTitle)).toBe(isFaulty)
			await expect(page.locator("html")).toHaveAttribute("lang", "en")
			await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1)
		})
		await test.step("its targets can be hit", async () => expect(await smallTargets(page)).toEqual([]))

		if (javaScriptEnabled) {
			await test.step("it says what it should", async () => {
				const { title, main } = spokenOf(name, namesIn(context))
				await expect(page).toHaveTitle(title)
				await expect(page.getByRole("main")).toMatchAriaSnapshot(main)
			})
			for (const colorScheme of ["light", "dark"] as const)
				await test.step(`in ${colorScheme} colours`, async () => {
					await expectAccessible(page, colorScheme)
					expect(await weakContrasts(page)).toEqual([])
				})
		}

		await test.step("on a screen 320 pixels wide, it needs no sideways scrolling", async () => {
			await page.setViewportSize({ width: 320, height: 640 })
			expect(await elementsBeyondTheEdge(page)).toEqual([])
			expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
			expect(await overlappingTexts(page)).toEqual([])
			expect(await brokenWords(page)).toEqual([])
		})
		await test.step("on a phone with letters twice as large, no word breaks", async () => {
			await page.setViewportSize({ width: 390, height: 844 })
			await doubleText(page)
			expect(await brokenWords(page)).toEqual([])
			expect(await elementsBeyondTheEdge(page)).toEqual([])
			expect(await overlappingTexts(page)).toEqual([])
		})
	})
