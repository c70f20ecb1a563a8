import type { Locator } from "@playwright/test"
import { expect, test } from "./fixtures"

const styleOf = (locator: Locator, ...names: string[]) =>
	locator.evaluate(
		(element, names) => names.map((name) => getComputedStyle(element).getPropertyValue(name)),
		names,
	)

test("on paper there are words, black on white, and nothing to press", async ({ page, signIn, member }) => {
	await signIn(member)
	await page.goto("/account")
	await page.emulateMedia({ media: "print", colorScheme: "dark" })
	for (const selector of [".gate", ".floor", ".sign-out", "main .button"])
		await expect(page.locator(selector).first()).toBeHidden()
	for (const selector of ["h1", ".lead", ".section .hint", "dd", "main p"])
		expect(await styleOf(page.locator(selector).first(), "color")).toEqual(["rgb(0, 0, 0)"])
	expect(await styleOf(page.locator("html"), "background-color")).toEqual(["rgb(255, 255, 255)"])
	for (const selector of ["body", ".page", ".scene", "main", ".sheet"])
		expect(await styleOf(page.locator(selector), "background-color")).toEqual(["rgba(0, 0, 0, 0)"])
	await expect(page.getByText(member.email)).toBeVisible()
})

test("who asks for more contrast gets full colours for hints, lines and edges", async ({ page }) => {
	await page.emulateMedia({ contrast: "more" })
	await page.goto("/register")
	const [text] = await styleOf(page.locator("h1"), "color")
	expect(await styleOf(page.locator(".hint").first(), "color")).toEqual([text])
	for (const selector of ["input:visible", ".card", ".card-footer"])
		expect(await styleOf(page.locator(selector).first(), "border-top-color")).toEqual([text])
})

test("in forced colours there is no arch, and what only colours tell apart is told otherwise", async ({
	page,
	signIn,
	member,
}) => {
	await page.emulateMedia({ forcedColors: "active" })
	await page.goto("/")
	await expect(page.locator(".gate")).toBeHidden()
	const filled = await styleOf(page.locator(".button:not(.button-quiet)"), "background-color", "color")
	const quiet = await styleOf(page.locator(".button-quiet"), "background-color", "color")
	expect(filled).not.toEqual(quiet)
	expect(filled[0]).not.toEqual(filled[1])
	for (const selector of [".button:not(.button-quiet)", ".button-quiet"])
		expect(await styleOf(page.locator(selector), "border-top-width")).not.toEqual(["0px"])

	await page.goto("/login")
	await page.getByRole("button", { name: "Sign in" }).click()
	const [faulty] = await styleOf(page.locator("input[aria-invalid]").first(), "border-top-width")
	expect(Number.parseFloat(faulty ?? "")).toBeGreaterThanOrEqual(3)
	await page.keyboard.press("Tab")
	expect(await styleOf(page.locator(":focus"), "outline-style")).toEqual(["solid"])

	await signIn(member)
	await page.goto("/account")
	await page.getByRole("button", { name: "Save profile" }).click()
	const [notice] = await styleOf(page.locator(".notice"), "border-top-color")
	expect(notice).not.toBe("rgba(0, 0, 0, 0)")
})

test("who asks for less motion gets colours at once, and a slow spinner", { tag: "@js" }, async ({
	page,
	open,
}) => {
	await page.route(
		(url) => url.pathname.startsWith("/login"),
		(route) => (route.request().method() === "POST" ? undefined : route.continue()),
	)
	for (const reducedMotion of ["no-preference", "reduce"] as const) {
		await page.emulateMedia({ reducedMotion })
		await open("/login")
		const isReduced = reducedMotion === "reduce"
		const button = page.locator("button[type=submit]")
		const [durations = ""] = await styleOf(button, "transition-duration")
		expect(new Set(durations.split(", "))).toEqual(new Set([isReduced ? "0s" : "0.12s"]))
		await button.click()
		const [turn = ""] = await styleOf(page.locator(".spinner"), "animation-duration")
		expect(turn).toBe(isReduced ? "4s" : "0.8s")
	}
})
