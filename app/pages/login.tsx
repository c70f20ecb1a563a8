import { Link } from "@remix-run/react"
import { useEffect } from "react"
import type { ShownCaptcha } from "../http/captcha.server"
import type { RefusedForm } from "../http/submission.server"
import { Address } from "../ui/address"
import { Captcha } from "../ui/captcha"
import { Card, useNotice } from "../ui/card"
import { Checkbox, Field, verbatim } from "../ui/field"
import { focusOnHeading } from "../ui/focus"
import { Form } from "../ui/form"
import { PasswordField } from "../ui/password-field"
import { SubmitButton } from "../ui/submit-button"
import { Words } from "../ui/words"

const labels = { username: "User name or e-mail", password: "Password" }

type LoginPageProps = {
	redirect_to: string | null
	/** Who has just confirmed an address or chosen a password. */
	username?: string
	password_reset: boolean
	registration: boolean
	captcha?: ShownCaptcha | null
	refused?: RefusedForm
	action?: string
}

export function LoginPage(props: LoginPageProps) {
	const { redirect_to, username, password_reset, registration, captcha, refused, action } = props
	const notice = useNotice()
	const redirectTo = refused?.typed.redirect_to ?? redirect_to
	if (refused?.unconfirmed)
		return <Unconfirmed {...refused.unconfirmed} sentence={refused.problem.detail} redirectTo={redirectTo} />
	return (
		<Card
			title="Sign in"
			lead={redirectTo && !notice && "Sign in to continue."}
			footer={registration && <RegisterLink redirectTo={redirectTo} />}
		>
			<Form id="login" refused={refused} action={action} redirectTo={redirectTo} labels={labels}>
				<Field
					name="username"
					label={labels.username}
					defaultValue={refused?.typed.username ?? username}
					autoComplete="username"
					inputMode="email"
					{...verbatim}
				/>
				<PasswordField
					name="password"
					label={labels.password}
					aside={password_reset && <Link to="/forgot-password">Forgot it?</Link>}
					autoFocus={username !== undefined && !refused}
					autoComplete="current-password"
					enterKeyHint="go"
				/>
				<Checkbox name="remember" label="Keep me signed in on this device" />
				<Captcha captcha={captcha} />
				<SubmitButton pending="Signing in…">Sign in</SubmitButton>
			</Form>
		</Card>
	)
}

/** The right password, and nothing wrong: one press, and the link is on its way. */
function Unconfirmed(props: {
	email: string
	registration: string
	sentence: string
	redirectTo: string | null
}) {
	const { email, registration, sentence, redirectTo } = props
	useEffect(focusOnHeading, [])
	return (
		<Card
			title="One step left"
			lead={
				<>
					<Words>{`${sentence} We'll send a link to`}</Words>{" "}
					<Address strong end=".">
						{email}
					</Address>
				</>
			}
			footer={
				<>
					Not you? <Link to="/login">Sign in as someone else</Link>
				</>
			}
		>
			<Form id="resend" action="/verify/resend" redirectTo={redirectTo} hidden={{ email, registration }}>
				<SubmitButton pending="Sending…">Send me the link</SubmitButton>
			</Form>
		</Card>
	)
}

function RegisterLink({ redirectTo }: { redirectTo: string | null }) {
	const query = redirectTo ? `?${new URLSearchParams({ redirect_to: redirectTo })}` : ""
	return (
		<>
			New here? <Link to={`/register${query}`}>Create an account</Link>
		</>
	)
}
