import { expect, type Page } from "@playwright/test"
import axe from "axe-core"

const WCAG_22_AA = {
	runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
	rules: { "target-size": { enabled: true } },
}
/** What else there is to find is the same in every scheme. */
const ITS_COLOURS = { runOnly: ["color-contrast", "link-in-text-block"] }

/** Looks at the page as it is now; in dark colours, at these alone. */
export async function expectAccessible(page: Page, colorScheme: "light" | "dark"): Promise<void> {
	// Without motion, so that no colour is seen on its way to another.
	await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
	// To load it takes several times as long as to run all its rules.
	if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source)
	const told = await page.evaluate(
		async (options) => {
			const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(options)
			return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`)
		},
		colorScheme === "light" ? WCAG_22_AA : ITS_COLOURS,
	)
	expect(told).toEqual([])
}

/**
 * For pages that are too much trouble to reach once for each.
 *
 * @param scripts whether the page runs any: axe is one itself
 */
export async function expectAccessibleInBothSchemes(page: Page, scripts: boolean | undefined): Promise<void> {
	if (!scripts) return
	for (const colorScheme of ["light", "dark"] as const) await expectAccessible(page, colorScheme)
}
