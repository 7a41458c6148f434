/** What an error means and what to do, where its name does not say it. */
const texts: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'there is no such topic or partition; create it, or allow the broker to create topics',
  LEADER_NOT_AVAILABLE: 'the partition has no leader now; see whether its brokers run',
  MESSAGE_TOO_LARGE: "the record is larger than the topic's max.message.bytes; raise it, or send less at a time",
  RECORD_LIST_TOO_LARGE: "the batch is larger than the topic's segment.bytes",
  NOT_ENOUGH_REPLICAS: 'fewer replicas are in sync than min.insync.replicas asks for; see whether all brokers run',
  INVALID_TOPIC_EXCEPTION: 'a topic name has 1 to 249 of the characters a-z A-Z 0-9 . _ -',
  TOPIC_AUTHORIZATION_FAILED: 'this user has no permission for the topic; add an ACL',
  GROUP_AUTHORIZATION_FAILED: 'this user has no permission for the group; add an ACL',
  CLUSTER_AUTHORIZATION_FAILED: 'this user has no permission for the cluster; add an ACL',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'this user has no permission for the transactional id; add an ACL',
  SASL_AUTHENTICATION_FAILED: 'the broker refuses the credentials; check user and password, or the token',
  UNSUPPORTED_VERSION: 'the broker does not speak a version of this request that the call needs',
  PRODUCER_FENCED: 'a newer producer with the same transactional id has taken over; close this one',
  INVALID_PRODUCER_EPOCH: 'the broker knows a newer epoch of this producer',
  FENCED_INSTANCE_ID: 'another member with the same group instance id has taken over; close this one',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'records before this one are missing in the log',
  OFFSET_OUT_OF_RANGE: 'the partition has no such offset',
  GROUP_ID_NOT_FOUND: 'there is no such group',
  NON_EMPTY_GROUP: 'the group has members; stop them first',
  GROUP_SUBSCRIBED_TO_TOPIC: 'the group reads the topic now; stop its members first',
  TOPIC_ALREADY_EXISTS: 'there is such a topic already',
  DELEGATION_TOKEN_AUTH_DISABLED: 'delegation tokens are not set up on the brokers (delegation.token.secret.key)',
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: 'tokens are given only to users who logged in by SASL or a TLS certificate',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    'the record is written, but fewer replicas than min.insync.replicas asks for have it',
  INCONSISTENT_GROUP_PROTOCOL:
    'the members of the group have no assignor in common, or the group is one of another kind; see what its other members use',
  GROUP_MAX_SIZE_REACHED: 'the group has as many members as group.max.size allows',
  INVALID_SESSION_TIMEOUT:
    'sessionTimeoutMs is outside of what the brokers allow (group.min.session.timeout.ms to group.max.session.timeout.ms)',
  UNSUPPORTED_ASSIGNOR: 'the brokers have no such assignor (group.consumer.assignors)',
  UNRELEASED_INSTANCE_ID: 'another member has this group instance id; close it, or wait for its session to end',
  UNKNOWN_MEMBER_ID: 'the group does not know this member any more: its session ended, or it has left',
  ILLEGAL_GENERATION: 'the group has rebalanced without this member',
  REBALANCE_IN_PROGRESS: 'the group rebalances now',
  INVALID_RECORD_STATE: 'the lock of the record was over, or it was decided before; it is handed out again',
  CLIENT_CLOSED: 'the client is closed',
}

export const advice = (name: string): string | undefined => texts[name]
