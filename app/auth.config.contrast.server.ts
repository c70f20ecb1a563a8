import type { Config } from "./auth.config.check.server"

type Colors = Config["styles"]["light"]
type Color = [red: number, green: number, blue: number]

/** WCAG 2.2: 1.4.3 for text, 1.4.11 for the edges of what can be operated. */
const TEXT = 4.5
const EDGE = 3

/**
 * The pairs of `styles` that are hard to tell apart, each with its ratio. Surfaces that the style sheets mix are
 * measured as they are mixed there, see `ui/styles/tokens.css`.
 */
export function weakContrasts(styles: Config["styles"]): string[] {
	return (["light", "dark"] as const).flatMap((theme) =>
		pairsOf(styles[theme], theme === "dark").flatMap(([names, upper, lower, least]) => {
			const ratio = contrast(upper, lower)
			if (ratio >= least) return []
			return [`styles.${theme}: ${names} has a contrast of ${ratio.toFixed(2)}, less than ${least}`]
		}),
	)
}

function pairsOf(colors: Colors, dark: boolean): [names: string, Color, Color, least: number][] {
	const [background, foreground, text, error, button, buttonText, link, border] = [
		colors.background_color,
		colors.foreground_color,
		colors.text_color,
		colors.error_text_color,
		colors.button_color,
		colors.button_text_color,
		colors.link_color,
		colors.border_color,
	].map(parse) as [Color, Color, Color, Color, Color, Color, Color, Color]
	const quiet = mix(text, 0.84, background)
	const tint = mix(button, dark ? 0.08 : 0.11, foreground)
	const opening = mix(foreground, dark ? 0.5 : 0.62, background)
	const ground = dark ? mix(background, 0.84, [0, 0, 0]) : mix(border, 0.13, background)
	const light = dark ? mix(foreground, 0.38, background) : mix(foreground, 0.55, ground)
	const recess = mix(ground, 0.5, background)
	return [
		["text_color on background_color", text, background, TEXT],
		["text_color on foreground_color", text, foreground, TEXT],
		["text_color on button_color's tint (notices, filled in by the browser)", text, tint, TEXT],
		["quiet text_color on foreground_color", quiet, foreground, TEXT],
		["quiet text_color in the open gate", quiet, opening, TEXT],
		["quiet text_color in the walled gate", quiet, recess, TEXT],
		["quiet text_color on the floor", quiet, light, TEXT],
		["quiet text_color on the floor beside the light", quiet, ground, TEXT],
		["link_color on foreground_color", link, foreground, TEXT],
		["link_color on button_color's tint", link, tint, TEXT],
		["link_color in the open gate", link, opening, TEXT],
		["error_text_color on foreground_color", error, foreground, TEXT],
		["error_text_color on its own surface", error, mix(error, 0.06, foreground), TEXT],
		["button_text_color on button_color", buttonText, button, TEXT],
		["button_text_color on a button under the pointer", buttonText, mix(button, 0.88, [1, 1, 1]), TEXT],
		["button_color on foreground_color", button, foreground, EDGE],
		["button_color in the open gate", button, opening, EDGE],
		["border_color on foreground_color", border, foreground, EDGE],
		["border_color in the open gate", border, opening, EDGE],
	]
}

function parse(hex: string): Color {
	return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as Color
}

/** WCAG 2.2, "contrast ratio". */
function contrast(one: Color, other: Color): number {
	const [lower = 0, higher = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
	return (higher + 0.05) / (lower + 0.05)
}

function luminance(color: Color): number {
	const [red, green, blue] = color.map(toLinear) as Color
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** `color-mix(in oklab, one share, other)`, CSS Color 5. */
function mix(one: Color, share: number, other: Color): Color {
	const [from, to] = [toOklab(one), toOklab(other)]
	return fromOklab(from.map((value, at) => value * share + (to[at] ?? 0) * (1 - share)) as Color)
}

/** Björn Ottosson's matrices, as in CSS Color 4, "Sample code for color conversions". */
function toOklab(color: Color): Color {
	const [r, g, b] = color.map(toLinear) as Color
	const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
	const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
	const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
	return [
		0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
		1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
		0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
	]
}

function fromOklab([lightness, a, b]: Color): Color {
	const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
	const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
	const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
	const linear: Color = [
		4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
		-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
		-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
	]
	return linear.map(fromLinear) as Color
}

function toLinear(value: number): number {
	return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

function fromLinear(value: number): number {
	const shown = value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055
	return Math.min(1, Math.max(0, shown))
}
