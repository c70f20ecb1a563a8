/** Groups of settings; whatever else is an object is one setting. */
const GROUPS =
	/^(?:registration|verification|passwordReset|emailChange|login|logout|session|password|username|limits|mail|server)$/

/** The path of each setting, such as `session.cookieName`. */
export function settingsOf(config: object): string[] {
	return Object.entries(config).flatMap(([name, value]) =>
		GROUPS.test(name) ? Object.keys(value).map((key) => `${name}.${key}`) : [name],
	)
}
