import { Form } from "./form"
import { SubmitButton } from "./submit-button"

/** In the bar of the pages inside, on the brand's line. */
export function SignOut() {
	return (
		<div className="sign-out">
			<Form id="logout" action="/logout">
				<SubmitButton quiet small pending="Signing out…">
					Sign out
				</SubmitButton>
			</Form>
		</div>
	)
}
