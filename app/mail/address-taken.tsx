import { appName } from "../auth.config"
import { LinkButton, Mail, Paragraph, TextLink } from "./layout"

export function AddressTakenMail(props: {
	/** Null where the address isn't proven: then the name may be a stranger's words. */
	username: string | null
	verified: boolean
	link: string
	resetLink: string | null
}) {
	const { username, verified, link, resetLink } = props
	return (
		<Mail
			subject={`You already have an account at ${appName}`}
			title="You already have an account"
			preview="Someone tried to register with this address. Nothing was changed."
			reason={`Sent by ${appName}, because someone tried to register with this address.`}
		>
			<Paragraph>Hello{username && ` ${username}`},</Paragraph>
			<Paragraph>Someone just tried to register with this address, but it already has an account.</Paragraph>
			<Paragraph>
				{verified
					? `If that was you, sign in${username ? ` as ${username}` : ""} with the password you have.`
					: "If that was you: your address isn't confirmed yet. Ask for a new link, confirm it, then sign in."}
			</Paragraph>
			<LinkButton href={link}>{verified ? "Sign in" : "Get a new link"}</LinkButton>
			{verified && resetLink && (
				<Paragraph>
					Forgot the password? <TextLink href={resetLink}>Choose a new one</TextLink>
				</Paragraph>
			)}
			<Paragraph quiet>If this wasn't you, you can ignore this message: nothing was changed.</Paragraph>
		</Mail>
	)
}
