import { useActionData } from "@remix-run/react"
import { config } from "../auth.config"
import type { RefusedForm } from "../http/submission.server"
import { LoginPage } from "../pages/login"
import { titled } from "../ui/title"

export { keepForm as clientAction } from "../ui/keep-form"
export { keepAfterRefusal as shouldRevalidate } from "../ui/revalidation"
export { action } from "./login"

export const meta = titled("Sign in")

/** The form again, after a try that was refused; it goes to `/login`. */
export default function LoginByCookie() {
	const refused = useActionData<RefusedForm>()
	return (
		<LoginPage
			redirect_to={null}
			password_reset={config.passwordReset.enabled}
			registration={config.registration.enabled}
			action="/login"
			captcha={refused?.captcha}
			refused={refused}
		/>
	)
}
