import { appName } from "../auth.config"
import { LinkButton, Mail, Paragraph } from "./layout"

export function AddressTakenMail(props: {
	username: string
	verified: boolean
	link: string
	resetLink: string | null
}) {
	const { username, verified, link, resetLink } = props
	return (
		<Mail subject={`You already have an account at ${appName}`}>
			<Paragraph>Hello {username},</Paragraph>
			<Paragraph>Somebody just tried to register with this address. It already has an account.</Paragraph>
			<Paragraph>
				{verified
					? `If that was you, sign in as ${username} with the password that you have.`
					: "If that was you: your address is not confirmed yet. Ask for a new link, confirm it, then sign in."}
			</Paragraph>
			<LinkButton href={link}>{verified ? "Sign in" : "Get a new link"}</LinkButton>
			{verified && resetLink && (
				<Paragraph>
					Forgot the password? <a href={resetLink}>Choose a new one</a>
				</Paragraph>
			)}
			<Paragraph quiet>If it wasn't you, there is nothing to do: nothing was changed.</Paragraph>
		</Mail>
	)
}
