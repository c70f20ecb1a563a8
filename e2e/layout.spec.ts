import type { Page } from "@playwright/test"
import { appName, config } from "../app/auth.config"
import { expect, test } from "./fixtures"
import { AFTER_REGISTERING, registrationOf } from "./support/client"
import { reachableStates, stateContext } from "./support/page-state"
import { FORMS } from "./support/paths"

const MAX_LAYOUT_SHIFT = 0.02

test.describe("on a screen 320 pixels wide", () => {
	test.use({ viewport: { width: 320, height: 640 } })
	for (const [name, reach] of reachableStates)
		test(`${name} needs no sideways scrolling`, async ({ page, server, mailbox }) => {
			await reach(await stateContext(page, server, mailbox))
			expect(await elementsBeyondTheEdge(page)).toEqual([])
			expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
		})
})

/** The page clips what sticks out, as the gate may; so its scroll width alone proves nothing. */
function elementsBeyondTheEdge(page: Page): Promise<string[]> {
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
					!element.matches(".page, .gate, .floor, .light, input"),
			)
			.map((element) => element.outerHTML),
	)
}

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

test("the keyboard alone registers and signs in, and shows where it is", async ({
	page,
	open,
	person,
	mailbox,
	javaScriptEnabled,
}) => {
	test.skip(!config.verification.enabled, "addresses are not verified")
	const press = async (...keys: string[]) => {
		for (const key of keys) await page.keyboard.press(key)
	}
	const tabTo = async (name: string) => {
		await press("Tab")
		await expect(page.locator(":focus")).toHaveAccessibleName(name)
		expect(await page.locator(":focus").evaluate(hasVisibleOutline)).toBe(true)
	}
	const tabToPassword = async (name: string) => {
		await tabTo(name)
		await page.keyboard.type(person.password)
		if (javaScriptEnabled) await tabTo(`Show ${name.toLowerCase()}`)
	}

	await open("/")
	await tabTo(appName)
	await tabTo("Sign in")
	await tabTo("Create an account")
	await press("Enter")
	await expect(page).toHaveURL(/\/register\?/)
	await open("/register")
	await tabTo(appName)
	for (const [name, value] of Object.entries(registrationOf(person))) {
		await press("Tab")
		await expect(page.locator(`input[name=${name}]`)).toBeFocused()
		expect(await page.locator(":focus").evaluate(hasVisibleOutline)).toBe(true)
		await page.keyboard.type(value)
		if (javaScriptEnabled && name === "password")
			await tabTo(config.registration.passwordConfirm ? "Show passwords" : "Show password")
	}
	await tabTo("Create account")
	await press("Enter")
	await expect(page).toHaveURL(AFTER_REGISTERING)

	await open((await mailbox.next(person.email)).links[0] ?? "")
	await tabTo(appName)
	await tabTo("Confirm my address")
	await press("Space")
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${person.username}`)
	await page.context().clearCookies()

	await open("/login")
	await tabTo(appName)
	await tabTo("User name or e-mail")
	await page.keyboard.type(person.username)
	await tabToPassword("Password")
	await tabTo("Forgot it?")
	await tabTo("Keep me signed in on this device")
	await press("Space")
	await expect(page.getByRole("checkbox")).toBeChecked()
	await tabTo("Sign in")
	await press("Shift+Tab")
	await press("Shift+Tab", "Shift+Tab")
	if (javaScriptEnabled) await press("Shift+Tab")
	await press("Enter")
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${person.username}`)
})

function hasVisibleOutline(element: Element): boolean {
	const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element)
	return (
		outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2 && outlineColor !== "rgba(0, 0, 0, 0)"
	)
}
