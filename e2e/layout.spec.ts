import { config } from "../app/auth.config"
import { expect, test } from "./fixtures"
import { FORMS } from "./support/paths"

const MAX_LAYOUT_SHIFT = 0.02

for (const path of ["/", ...FORMS, "/nowhere"].filter((path) => path !== "/verify"))
	test(`nothing moves while ${path} loads`, { tag: "@js" }, async ({ page, open }) => {
		await page.addInitScript(() => {
			const shifts: number[] = []
			Object.assign(window, { shifts })
			new PerformanceObserver((list) => {
				for (const entry of list.getEntries())
					shifts.push((entry as PerformanceEntry & { value: number }).value)
			}).observe({ type: "layout-shift", buffered: true })
		})
		await open(path)
		await page.waitForLoadState("networkidle")
		await page.evaluate(
			() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
		)
		const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)
		expect(shifts.reduce((sum, value) => sum + value, 0)).toBeLessThan(MAX_LAYOUT_SHIFT)
	})

test("what follows an address in a sentence stays on its line", async ({ open, page }) => {
	test.skip(!config.verification.enabled, "there is no such form")
	await page.setViewportSize({ width: 320, height: 568 })
	await open("/verify/resend")
	await page.getByLabel("E-mail address").fill("somebody.with.a.long.name@mail.example.org")
	await page.locator("button[type=submit]").click()
	const address = page.locator("main .address")
	await expect(address).toHaveText("somebody.with.a.long.name@mail.example.org.")
})
