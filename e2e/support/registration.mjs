/**
 * What somebody sends to register. Each field of a fork is a line here, and every test sends it. Plain
 * JavaScript, as the screenshots are taken without TypeScript.
 *
 * @param {{ username: string, email: string, password: string }} person
 */
export function registrationOf({ username, email, password }) {
	return {
		username,
		email,
		password,
		confirm_password: password,
	}
}
