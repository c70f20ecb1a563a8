import { Form } from "@remix-run/react"

export const meta = () => [{ title: "Sign in" }]

export const action = () => null

export default function Login() {
	return (
		<main>
			<h1>Sign in</h1>
			<Form method="post">
				<label htmlFor="username">User name or e-mail</label>
				<input id="username" name="username" autoComplete="username" />
				<label htmlFor="password">Password</label>
				<input id="password" name="password" type="password" autoComplete="current-password" />
				<button type="submit">Sign in</button>
			</Form>
		</main>
	)
}
