import { describe, expect, it } from "vitest"
import { styles } from "./auth.config"
import { weakContrasts } from "./auth.config.contrast.server"

const changed = (theme: "light" | "dark", color: string, value: string) =>
	weakContrasts({ ...styles, [theme]: { ...styles[theme], [color]: value } })

describe("the contrasts of the configured colours", () => {
	it("are enough as they are shipped", () => {
		expect(weakContrasts(styles)).toEqual([])
	})

	it("are told with the pair and its ratio where they are not", () => {
		expect(changed("light", "button_text_color", styles.light.button_color)).toContain(
			"styles.light: button_text_color on button_color has a contrast of 1.00, less than 4.5",
		)
		expect(changed("dark", "link_color", "#444444")).toEqual(
			expect.arrayContaining([
				expect.stringMatching(/^styles\.dark: link_color on foreground_color has .* 1\.5\d,/),
			]),
		)
		expect(changed("light", "border_color", "#bbbbbb")).toEqual(
			expect.arrayContaining([
				expect.stringMatching(/border_color on foreground_color .* 1\.89, less than 3$/),
			]),
		)
	})

	it("are those of mixed surfaces too", () => {
		// 4.7 on the card, less on the tint that lies over it.
		const told = changed("light", "link_color", "#73716f")
		expect(told.join("\n")).toContain("link_color on button_color's tint")
		expect(told.join("\n")).not.toContain("link_color on foreground_color")
	})
})
