import {
  ErrorCode,
  saslAuthenticateRequest,
  saslAuthenticateResponse,
  saslHandshakeRequest,
  saslHandshakeResponse,
} from '@ottla/protocol'
import type { Runtime } from '@ottla/runtime'
import { OttlaError, throwBrokerError } from '../../ottla-error.ts'
import type { BrokerConnection } from '../broker-connection.ts'
import type { OauthOptions, PasswordOptions, SaslExchange, SaslOptions } from './mechanism.ts'
import { oauthExchange } from './oauthbearer.ts'
import { plainExchange } from './plain.ts'
import { ScramExchange } from './scram.ts'

/** Logs in. Gives how long the session lasts, in ms; 0: as long as the connection (KIP-368). */
export async function authenticate(
  connection: BrokerConnection,
  options: SaslOptions,
  runtime: Runtime,
): Promise<number> {
  await chooseMechanism(connection, options.mechanism)
  let sessionLifetimeMs = 0
  const say = async (authBytes: Uint8Array): Promise<Buffer> => {
    const answer = await connection.sendFirst(saslAuthenticateRequest, saslAuthenticateResponse, { authBytes })
    throwBrokerError(answer.errorCode, answer.errorMessage, { broker: connection.broker })
    sessionLifetimeMs = answer.sessionLifetimeMs
    return Buffer.from(answer.authBytes)
  }
  if ('authenticate' in options) await options.authenticate(connection.address, say)
  else await converse(exchangeOf(options, runtime), say)
  return sessionLifetimeMs
}

async function converse(exchange: SaslExchange, say: (bytes: Uint8Array) => Promise<Buffer>): Promise<void> {
  let message: Uint8Array | undefined = await exchange.begin()
  while (message !== undefined) message = await exchange.answer(await say(message))
}

async function chooseMechanism(connection: BrokerConnection, mechanism: string): Promise<void> {
  const { errorCode, mechanisms } = await connection.sendFirst(saslHandshakeRequest, saslHandshakeResponse, {
    mechanism,
  })
  const { broker } = connection
  if (errorCode === ErrorCode.UNSUPPORTED_SASL_MECHANISM) {
    const offered = mechanisms.length === 0 ? 'none' : mechanisms.join(', ')
    const message = `the broker does not offer the SASL mechanism ${mechanism}; it offers ${offered}`
    throw new OttlaError('UNSUPPORTED_SASL_MECHANISM', { message, broker })
  }
  if (errorCode === ErrorCode.ILLEGAL_SASL_STATE) {
    const message = 'the broker does not want SASL on this port; leave the option sasl out, or take another port'
    throw new OttlaError('ILLEGAL_SASL_STATE', { message, broker })
  }
  throwBrokerError(errorCode, undefined, { broker })
}

function exchangeOf(options: PasswordOptions | OauthOptions, runtime: Runtime): SaslExchange {
  switch (options.mechanism) {
    case 'PLAIN':
      return plainExchange(options)
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512':
      return new ScramExchange(options, runtime)
    case 'OAUTHBEARER':
      return oauthExchange(options)
  }
}
