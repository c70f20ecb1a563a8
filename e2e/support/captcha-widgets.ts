import type { Page } from "@playwright/test"

/**
 * Plays the scripts of the three providers in a browser: a box to tick, and the token in a field beside it. What the
 * page asks of any other site is a fault of the page, and is noted.
 *
 * @returns addresses elsewhere that were asked for, and that no provider's script has
 */
export async function playProviders(page: Page): Promise<string[]> {
	const foreign: string[] = []
	await page.route(
		(url) => url.protocol === "https:",
		(route) => {
			const address = route.request().url()
			const [, play] = scripts.find(([script]) => address.startsWith(script)) ?? []
			if (!play) foreign.push(address)
			return play
				? route.fulfill({
						contentType: "text/javascript",
						// hCaptcha's loader asks for its script as one that says who may read it.
						headers: { "Access-Control-Allow-Origin": "*" },
						body: play,
					})
				: route.abort()
		},
	)
	return foreign
}

/** @param box the label of what is ticked */
function widget(api: string, { field, box, ready }: { field: string; box: string; ready: string }): string {
	return `{
	const widgets = []
	window.${api} = {
		render(place, options) {
			if (!options.sitekey.startsWith("site-key-of-")) throw new Error("no site key")
			const [width, height] = options.size === "compact" ? [158, 138] : [302, 76]
			const frame = document.createElement("div")
			Object.assign(frame.style, {
				boxSizing: "border-box", width: width + "px", height: height + "px", padding: "20px", border: "1px solid gray",
				background: options.theme === "dark" ? "#333" : "#fafafa", color: options.theme === "dark" ? "#fff" : "#000",
			})
			const label = document.createElement("label")
			const tick = document.createElement("input")
			tick.type = "checkbox"
			tick.style.width = tick.style.height = "24px"
			const token = document.createElement("textarea")
			token.name = "${field}"
			const form = place.closest("form").getAttribute("action")
			const name = { "/login": "login", "/register": "register", "/forgot-password": "forgot" }[form.split("?")[0]]
			tick.onchange = () => {
				token.value = name + "-" + crypto.randomUUID()
				options.callback?.(token.value)
			}
			label.append(tick, " ${box}")
			frame.append(label)
			place.append(frame, token)
			widgets.push({ tick, token })
			return widgets.length - 1
		},
		reset(id) {
			widgets[id].tick.checked = false
			widgets[id].token.value = ""
		},
		remove() {}, execute() {}, setData() {}, getRespKey() {},
		getResponse: (id) => widgets[id].token.value,
	}
	${ready}?.()
}`
}

const scripts: [address: string, script: string][] = [
	[
		"https://js.hcaptcha.com/1/api.js?",
		widget("hcaptcha", { field: "h-captcha-response", box: "I am human", ready: "window.hCaptchaOnLoad" }),
	],
	[
		"https://www.google.com/recaptcha/api.js?render=explicit&onload=onCaptchaReady",
		widget("grecaptcha", {
			field: "g-recaptcha-response",
			box: "I'm not a robot",
			ready: "window.onCaptchaReady",
		}),
	],
	[
		"https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit&onload=onCaptchaReady",
		widget("turnstile", {
			field: "cf-turnstile-response",
			box: "Verify you are human",
			ready: "window.onCaptchaReady",
		}),
	],
]
