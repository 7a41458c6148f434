// Logs in to Amazon MSK with an IAM identity: the password is a request to AWS that is signed and never sent there.
import { createClient } from '@ottla/client'
import { generateAuthToken } from 'aws-msk-iam-sasl-signer-js'

const region = process.env.AWS_REGION ?? 'eu-north-1'
const bootstrap = process.env.MSK_BOOTSTRAP

/** Takes the credentials where every AWS program finds them: the environment, a profile, the role of the machine. */
async function token(): Promise<string> {
  const { token } = await generateAuthToken({ region })
  return token
}

if (bootstrap === undefined) await showToken()
else {
  await using client = createClient({
    bootstrap,
    tls: true,
    // The function is asked at each login, and again before the broker ends the session: tokens live for 15 minutes.
    sasl: { mechanism: 'OAUTHBEARER', token },
  })
  const { brokers } = await client.admin().describeCluster()
  console.log(`Logged in. The cluster has ${brokers.length} broker${brokers.length === 1 ? '' : 's'}.`)
}

/** Nothing in it is secret but the signature, and nobody can make that without the secret key. */
async function showToken(): Promise<void> {
  console.log('MSK_BOOTSTRAP is not set: this is what a broker would get.')
  const request = new URL(Buffer.from(await token(), 'base64url').toString())
  console.log(`  ${request.host} shall do ${request.searchParams.get('Action')}`)
  for (const name of ['Credential', 'Date', 'Expires', 'Signature'])
    console.log(`  ${name}: ${request.searchParams.get(`X-Amz-${name}`)}`)
}
