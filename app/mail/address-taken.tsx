import { appName } from "../auth.config"
import { LinkButton, Mail, Paragraph } from "./layout"

export function AddressTakenMail(props: { username: string; verified: boolean; link: string }) {
	return (
		<Mail subject={`You already have an account at ${appName}`}>
			<Paragraph>Hello {props.username},</Paragraph>
			<Paragraph>Somebody just tried to register with this address. It already has an account.</Paragraph>
			<Paragraph>
				{props.verified
					? "If that was you, sign in with the account that you have."
					: "If that was you: your address is not confirmed yet. Ask for a new link, confirm it, then sign in."}
			</Paragraph>
			<LinkButton href={props.link}>{props.verified ? "Sign in" : "Get a new link"}</LinkButton>
			<Paragraph quiet>If it was not you, there is nothing to do: nothing was changed.</Paragraph>
		</Mail>
	)
}
