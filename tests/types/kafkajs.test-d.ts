// A program that is typed against kafkajs compiles when only its import changes: each exported type of one is taken where
// the other is asked for, and typical programs are written once for both.
import * as own from '@ottla/client/kafkajs'
import * as theirs from 'kafkajs'

/** Each may stand for the other. */
type Same<A, B> = [A] extends [B]
  ? [B] extends [A]
    ? true
    : 'the second is not the first'
  : 'the first is not the second'
/** What this gives is taken where that is asked for. */
type Stands<A, B> = A extends B ? true : 'it does not stand for it'

const holds = <_T extends true>(): void => {}

// What programs give, and what they get.
holds<Same<own.BrokersFunction, theirs.BrokersFunction>>()
holds<Same<own.Authenticator, theirs.Authenticator>>()
holds<Same<own.SaslAuthenticateArgs<{ a: 1 }>, theirs.SaslAuthenticateArgs<{ a: 1 }>>>()
holds<Same<own.AuthenticationProviderArgs, theirs.AuthenticationProviderArgs>>()
holds<Same<own.Mechanism, theirs.Mechanism>>()
holds<Same<own.KafkaConfig, theirs.KafkaConfig>>()
holds<Same<own.ISocketFactoryArgs, theirs.ISocketFactoryArgs>>()
holds<Same<own.ISocketFactory, theirs.ISocketFactory>>()
holds<Same<own.OauthbearerProviderResponse, theirs.OauthbearerProviderResponse>>()
holds<Same<own.SASLMechanism, theirs.SASLMechanism>>()
holds<Same<own.SASLOptions, theirs.SASLOptions>>()
holds<Same<own.ProducerConfig, theirs.ProducerConfig>>()
holds<Same<own.Message, theirs.Message>>()
holds<Same<own.PartitionerArgs, theirs.PartitionerArgs>>()
holds<Same<own.ICustomPartitioner, theirs.ICustomPartitioner>>()
holds<Same<own.DefaultPartitioner, theirs.DefaultPartitioner>>()
holds<Same<own.LegacyPartitioner, theirs.LegacyPartitioner>>()
holds<Same<own.PartitionMetadata, theirs.PartitionMetadata>>()
holds<Same<own.IHeaders, theirs.IHeaders>>()
holds<Same<own.ConsumerConfig, theirs.ConsumerConfig>>()
holds<Same<own.PartitionAssigner, theirs.PartitionAssigner>>()
holds<Same<own.CoordinatorMetadata, theirs.CoordinatorMetadata>>()
holds<Same<own.Cluster, theirs.Cluster>>()
holds<Same<own.Assignment, theirs.Assignment>>()
holds<Same<own.GroupMember, theirs.GroupMember>>()
holds<Same<own.GroupMemberAssignment, theirs.GroupMemberAssignment>>()
holds<Same<own.GroupState, theirs.GroupState>>()
holds<Same<own.Assigner, theirs.Assigner>>()
holds<Same<own.RetryOptions, theirs.RetryOptions>>()
holds<Same<own.AdminConfig, theirs.AdminConfig>>()
holds<Same<own.ITopicConfig, theirs.ITopicConfig>>()
holds<Same<own.ITopicPartitionConfig, theirs.ITopicPartitionConfig>>()
holds<Same<own.ITopicMetadata, theirs.ITopicMetadata>>()
holds<Same<own.ReplicaAssignment, theirs.ReplicaAssignment>>()
holds<Same<own.PartitionReassignment, theirs.PartitionReassignment>>()
holds<Same<own.ResourceConfigQuery, theirs.ResourceConfigQuery>>()
holds<Same<own.ConfigEntries, theirs.ConfigEntries>>()
holds<Same<own.ConfigSynonyms, theirs.ConfigSynonyms>>()
holds<Same<own.DescribeConfigResponse, theirs.DescribeConfigResponse>>()
holds<Same<own.IResourceConfigEntry, theirs.IResourceConfigEntry>>()
holds<Same<own.IResourceConfig, theirs.IResourceConfig>>()
holds<Same<own.AdminEvents, theirs.AdminEvents>>()
holds<Same<own.InstrumentationEvent<{ a: 1 }>, theirs.InstrumentationEvent<{ a: 1 }>>>()
holds<Same<own.RemoveInstrumentationEventListener<'x'>, theirs.RemoveInstrumentationEventListener<'x'>>>()
holds<Same<own.ConnectEvent, theirs.ConnectEvent>>()
holds<Same<own.DisconnectEvent, theirs.DisconnectEvent>>()
holds<Same<own.RequestEvent, theirs.RequestEvent>>()
holds<Same<own.RequestTimeoutEvent, theirs.RequestTimeoutEvent>>()
holds<Same<own.RequestQueueSizeEvent, theirs.RequestQueueSizeEvent>>()
holds<Same<own.SeekEntry, theirs.SeekEntry>>()
holds<Same<own.FetchOffsetsPartition, theirs.FetchOffsetsPartition>>()
holds<Same<own.Acl, theirs.Acl>>()
holds<Same<own.AclResource, theirs.AclResource>>()
holds<Same<own.AclEntry, theirs.AclEntry>>()
holds<Same<own.DescribeAclResource, theirs.DescribeAclResource>>()
holds<Same<own.DescribeAclResponse, theirs.DescribeAclResponse>>()
holds<Same<own.AclFilter, theirs.AclFilter>>()
holds<Same<own.MatchingAcl, theirs.MatchingAcl>>()
holds<Same<own.DeleteAclFilterResponses, theirs.DeleteAclFilterResponses>>()
holds<Same<own.DeleteAclResponse, theirs.DeleteAclResponse>>()
holds<Same<own.ListPartitionReassignmentsResponse, theirs.ListPartitionReassignmentsResponse>>()
holds<Same<own.OngoingTopicReassignment, theirs.OngoingTopicReassignment>>()
holds<Same<own.OngoingPartitionReassignment, theirs.OngoingPartitionReassignment>>()
holds<Same<own.Admin, theirs.Admin>>()
holds<Same<own.ISerializer<{ a: 1 }>, theirs.ISerializer<{ a: 1 }>>>()
holds<Same<own.MemberMetadata, theirs.MemberMetadata>>()
holds<Same<own.MemberAssignment, theirs.MemberAssignment>>()
holds<Same<own.LogEntry, theirs.LogEntry>>()
holds<Same<own.LoggerEntryContent, theirs.LoggerEntryContent>>()
holds<Same<own.logCreator, theirs.logCreator>>()
holds<Same<own.Logger, theirs.Logger>>()
holds<Same<own.BrokerMetadata, theirs.BrokerMetadata>>()
holds<Same<own.ApiVersions, theirs.ApiVersions>>()
holds<Same<own.Broker, theirs.Broker>>()
holds<Same<own.KafkaMessage, theirs.KafkaMessage>>()
holds<Same<own.ProducerRecord, theirs.ProducerRecord>>()
holds<Same<own.RecordMetadata, theirs.RecordMetadata>>()
holds<Same<own.TopicMessages, theirs.TopicMessages>>()
holds<Same<own.ProducerBatch, theirs.ProducerBatch>>()
holds<Same<own.PartitionOffset, theirs.PartitionOffset>>()
holds<Same<own.TopicOffsets, theirs.TopicOffsets>>()
holds<Same<own.Offsets, theirs.Offsets>>()
holds<Same<own.ProducerEvents, theirs.ProducerEvents>>()
holds<Same<own.Producer, theirs.Producer>>()
holds<Same<own.Transaction, theirs.Transaction>>()
holds<Same<own.ConsumerGroup, theirs.ConsumerGroup>>()
holds<Same<own.MemberDescription, theirs.MemberDescription>>()
holds<Same<own.ConsumerGroupState, theirs.ConsumerGroupState>>()
holds<Same<own.GroupDescription, theirs.GroupDescription>>()
holds<Same<own.GroupDescriptions, theirs.GroupDescriptions>>()
holds<Same<own.TopicPartitions, theirs.TopicPartitions>>()
holds<Same<own.TopicPartition, theirs.TopicPartition>>()
holds<Same<own.TopicPartitionOffset, theirs.TopicPartitionOffset>>()
holds<Same<own.TopicPartitionOffsetAndMetadata, theirs.TopicPartitionOffsetAndMetadata>>()
holds<Same<own.Batch, theirs.Batch>>()
holds<Same<own.GroupOverview, theirs.GroupOverview>>()
holds<Same<own.DeleteGroupsResult, theirs.DeleteGroupsResult>>()
holds<Same<own.ConsumerEvents, theirs.ConsumerEvents>>()
holds<Same<own.ConsumerHeartbeatEvent, theirs.ConsumerHeartbeatEvent>>()
holds<Same<own.ConsumerCommitOffsetsEvent, theirs.ConsumerCommitOffsetsEvent>>()
holds<Same<own.IMemberAssignment, theirs.IMemberAssignment>>()
holds<Same<own.ConsumerGroupJoinEvent, theirs.ConsumerGroupJoinEvent>>()
holds<Same<own.ConsumerFetchStartEvent, theirs.ConsumerFetchStartEvent>>()
holds<Same<own.ConsumerFetchEvent, theirs.ConsumerFetchEvent>>()
holds<Same<own.ConsumerStartBatchProcessEvent, theirs.ConsumerStartBatchProcessEvent>>()
holds<Same<own.ConsumerEndBatchProcessEvent, theirs.ConsumerEndBatchProcessEvent>>()
holds<Same<own.ConsumerCrashEvent, theirs.ConsumerCrashEvent>>()
holds<Same<own.ConsumerRebalancingEvent, theirs.ConsumerRebalancingEvent>>()
holds<Same<own.ConsumerReceivedUnsubcribedTopicsEvent, theirs.ConsumerReceivedUnsubcribedTopicsEvent>>()
holds<Same<own.OffsetsByTopicPartition, theirs.OffsetsByTopicPartition>>()
holds<Same<own.EachMessagePayload, theirs.EachMessagePayload>>()
holds<Same<own.EachBatchPayload, theirs.EachBatchPayload>>()
holds<Same<own.ConsumerEachMessagePayload, theirs.ConsumerEachMessagePayload>>()
holds<Same<own.ConsumerEachBatchPayload, theirs.ConsumerEachBatchPayload>>()
holds<Same<own.EachBatchHandler, theirs.EachBatchHandler>>()
holds<Same<own.EachMessageHandler, theirs.EachMessageHandler>>()
holds<Same<own.ConsumerRunConfig, theirs.ConsumerRunConfig>>()
holds<Same<own.ConsumerSubscribeTopic, theirs.ConsumerSubscribeTopic>>()
holds<Same<own.ConsumerSubscribeTopics, theirs.ConsumerSubscribeTopics>>()
holds<Same<own.Consumer, theirs.Consumer>>()
holds<Same<own.KafkaJSDeleteGroupsErrorGroups, theirs.KafkaJSDeleteGroupsErrorGroups>>()
holds<Same<own.KafkaJSDeleteTopicRecordsErrorTopic, theirs.KafkaJSDeleteTopicRecordsErrorTopic>>()
holds<Same<own.KafkaJSDeleteTopicRecordsErrorPartition, theirs.KafkaJSDeleteTopicRecordsErrorPartition>>()
holds<Same<own.KafkaJSErrorMetadata, theirs.KafkaJSErrorMetadata>>()
holds<Same<own.KafkaJSOffsetOutOfRangeMetadata, theirs.KafkaJSOffsetOutOfRangeMetadata>>()
holds<Same<own.KafkaJSNumberOfRetriesExceededMetadata, theirs.KafkaJSNumberOfRetriesExceededMetadata>>()
holds<Same<own.KafkaJSConnectionErrorMetadata, theirs.KafkaJSConnectionErrorMetadata>>()
holds<Same<own.KafkaJSRequestTimeoutErrorMetadata, theirs.KafkaJSRequestTimeoutErrorMetadata>>()
holds<Same<own.KafkaJSTopicMetadataNotLoadedMetadata, theirs.KafkaJSTopicMetadataNotLoadedMetadata>>()
holds<Same<own.KafkaJSStaleTopicMetadataAssignmentMetadata, theirs.KafkaJSStaleTopicMetadataAssignmentMetadata>>()
holds<Same<own.KafkaJSServerDoesNotSupportApiKeyMetadata, theirs.KafkaJSServerDoesNotSupportApiKeyMetadata>>()

// Enums are told apart by their names, and are the same numbers.
holds<Same<own.AclResourceTypes, theirs.AclResourceTypes>>()
holds<Same<own.ConfigResourceTypes, theirs.ConfigResourceTypes>>()
holds<Same<own.ConfigSource, theirs.ConfigSource>>()
holds<Same<own.AclPermissionTypes, theirs.AclPermissionTypes>>()
holds<Same<own.AclOperationTypes, theirs.AclOperationTypes>>()
holds<Same<own.ResourcePatternTypes, theirs.ResourcePatternTypes>>()
holds<Same<own.logLevel, theirs.logLevel>>()
holds<Same<own.CompressionTypes, theirs.CompressionTypes>>()

// Values.
holds<Stands<typeof own.Partitioners, typeof theirs.Partitioners>>()
holds<Stands<typeof own.PartitionAssigners, typeof theirs.PartitionAssigners>>()
holds<Stands<typeof own.AssignerProtocol, typeof theirs.AssignerProtocol>>()
holds<Stands<typeof own.CompressionCodecs, typeof theirs.CompressionCodecs>>()
holds<Stands<own.Kafka, theirs.Kafka>>()
holds<Stands<ConstructorParameters<typeof theirs.Kafka>, ConstructorParameters<typeof own.Kafka>>>()
holds<Stands<own.KafkaJSError, theirs.KafkaJSError>>()
holds<Stands<ConstructorParameters<typeof theirs.KafkaJSError>, ConstructorParameters<typeof own.KafkaJSError>>>()
holds<Stands<own.KafkaJSNonRetriableError, theirs.KafkaJSNonRetriableError>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSNonRetriableError>,
    ConstructorParameters<typeof own.KafkaJSNonRetriableError>
  >
>()
holds<Stands<own.KafkaJSProtocolError, theirs.KafkaJSProtocolError>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSProtocolError>,
    ConstructorParameters<typeof own.KafkaJSProtocolError>
  >
>()
holds<Stands<own.KafkaJSAggregateError, theirs.KafkaJSAggregateError>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSAggregateError>,
    ConstructorParameters<typeof own.KafkaJSAggregateError>
  >
>()
holds<Stands<own.KafkaJSOffsetOutOfRange, theirs.KafkaJSOffsetOutOfRange>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSOffsetOutOfRange>,
    ConstructorParameters<typeof own.KafkaJSOffsetOutOfRange>
  >
>()
holds<Stands<own.KafkaJSAlterPartitionReassignmentsError, theirs.KafkaJSAlterPartitionReassignmentsError>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSAlterPartitionReassignmentsError>,
    ConstructorParameters<typeof own.KafkaJSAlterPartitionReassignmentsError>
  >
>()
holds<Stands<own.KafkaJSNumberOfRetriesExceeded, theirs.KafkaJSNumberOfRetriesExceeded>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSNumberOfRetriesExceeded>,
    ConstructorParameters<typeof own.KafkaJSNumberOfRetriesExceeded>
  >
>()
holds<Stands<own.KafkaJSConnectionError, theirs.KafkaJSConnectionError>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSConnectionError>,
    ConstructorParameters<typeof own.KafkaJSConnectionError>
  >
>()
holds<Stands<own.KafkaJSRequestTimeoutError, theirs.KafkaJSRequestTimeoutError>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSRequestTimeoutError>,
    ConstructorParameters<typeof own.KafkaJSRequestTimeoutError>
  >
>()
holds<Stands<own.KafkaJSMetadataNotLoaded, theirs.KafkaJSMetadataNotLoaded>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSMetadataNotLoaded>,
    ConstructorParameters<typeof own.KafkaJSMetadataNotLoaded>
  >
>()
holds<Stands<own.KafkaJSTopicMetadataNotLoaded, theirs.KafkaJSTopicMetadataNotLoaded>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSTopicMetadataNotLoaded>,
    ConstructorParameters<typeof own.KafkaJSTopicMetadataNotLoaded>
  >
>()
holds<Stands<own.KafkaJSStaleTopicMetadataAssignment, theirs.KafkaJSStaleTopicMetadataAssignment>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSStaleTopicMetadataAssignment>,
    ConstructorParameters<typeof own.KafkaJSStaleTopicMetadataAssignment>
  >
>()
holds<Stands<own.KafkaJSServerDoesNotSupportApiKey, theirs.KafkaJSServerDoesNotSupportApiKey>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSServerDoesNotSupportApiKey>,
    ConstructorParameters<typeof own.KafkaJSServerDoesNotSupportApiKey>
  >
>()
holds<Stands<own.KafkaJSBrokerNotFound, theirs.KafkaJSBrokerNotFound>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSBrokerNotFound>,
    ConstructorParameters<typeof own.KafkaJSBrokerNotFound>
  >
>()
holds<Stands<own.KafkaJSPartialMessageError, theirs.KafkaJSPartialMessageError>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSPartialMessageError>,
    ConstructorParameters<typeof own.KafkaJSPartialMessageError>
  >
>()
holds<Stands<own.KafkaJSSASLAuthenticationError, theirs.KafkaJSSASLAuthenticationError>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSSASLAuthenticationError>,
    ConstructorParameters<typeof own.KafkaJSSASLAuthenticationError>
  >
>()
holds<Stands<own.KafkaJSGroupCoordinatorNotFound, theirs.KafkaJSGroupCoordinatorNotFound>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSGroupCoordinatorNotFound>,
    ConstructorParameters<typeof own.KafkaJSGroupCoordinatorNotFound>
  >
>()
holds<Stands<own.KafkaJSNotImplemented, theirs.KafkaJSNotImplemented>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSNotImplemented>,
    ConstructorParameters<typeof own.KafkaJSNotImplemented>
  >
>()
holds<Stands<own.KafkaJSTimeout, theirs.KafkaJSTimeout>>()
holds<Stands<ConstructorParameters<typeof theirs.KafkaJSTimeout>, ConstructorParameters<typeof own.KafkaJSTimeout>>>()
holds<Stands<own.KafkaJSLockTimeout, theirs.KafkaJSLockTimeout>>()
holds<
  Stands<ConstructorParameters<typeof theirs.KafkaJSLockTimeout>, ConstructorParameters<typeof own.KafkaJSLockTimeout>>
>()
holds<Stands<own.KafkaJSUnsupportedMagicByteInMessageSet, theirs.KafkaJSUnsupportedMagicByteInMessageSet>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSUnsupportedMagicByteInMessageSet>,
    ConstructorParameters<typeof own.KafkaJSUnsupportedMagicByteInMessageSet>
  >
>()
holds<Stands<own.KafkaJSDeleteGroupsError, theirs.KafkaJSDeleteGroupsError>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSDeleteGroupsError>,
    ConstructorParameters<typeof own.KafkaJSDeleteGroupsError>
  >
>()
holds<Stands<own.KafkaJSDeleteTopicRecordsError, theirs.KafkaJSDeleteTopicRecordsError>>()
holds<
  Stands<
    ConstructorParameters<typeof theirs.KafkaJSDeleteTopicRecordsError>,
    ConstructorParameters<typeof own.KafkaJSDeleteTopicRecordsError>
  >
>()
holds<Stands<own.Kafka, theirs.Kafka>>()
holds<Stands<ConstructorParameters<typeof theirs.Kafka>, ConstructorParameters<typeof own.Kafka>>>()
holds<Same<own.CompressionTypes.GZIP, theirs.CompressionTypes.GZIP>>()
// Nothing is left out.
holds<Same<Exclude<keyof typeof theirs, keyof typeof own | 'default' | 'module.exports'>, never>>()

/** As programs write it. */
export async function typicalProgram(): Promise<void> {
  const config: own.KafkaConfig = {
    clientId: 'shop',
    brokers: async () => ['localhost:9092'],
    ssl: { rejectUnauthorized: false, servername: 'broker' },
    sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
    logLevel: own.logLevel.ERROR,
    logCreator: (level) => (entry) =>
      console.log(own.logLevel[level], entry.namespace, entry.log.message, entry.log.extra),
  }
  const kafka = new own.Kafka(config)
  const producer: own.Producer = kafka.producer({
    createPartitioner: own.Partitioners.LegacyPartitioner,
    idempotent: true,
  })
  const message: own.Message = {
    key: Buffer.from('k'),
    value: null,
    headers: { a: ['b', Buffer.from('c')], d: undefined },
  }
  const sent: own.RecordMetadata[] = await producer.send({
    topic: 'orders',
    messages: [message],
    compression: own.CompressionTypes.GZIP,
  })
  sent[0]?.baseOffset?.padStart(3)
  const transaction: own.Transaction = await producer.transaction()
  await transaction.sendOffsets({
    consumerGroupId: 'g',
    topics: [{ topic: 't', partitions: [{ partition: 0, offset: '1' }] }],
  })
  const consumer: own.Consumer = kafka.consumer({
    groupId: 'g',
    retry: { restartOnFailure: async (error) => error.name !== 'x' },
  })
  const remove = consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment, isLeader } }) => {
    if (isLeader) Object.entries(memberAssignment).map(([topic, partitions]) => topic + partitions.length)
  })
  remove()
  consumer.on('consumer.crash', (event) => event.payload.error.message)
  await consumer.subscribe({ topics: ['orders', /^payments-/], fromBeginning: true })
  const eachMessage: own.EachMessageHandler = async ({ message: { value, headers, offset }, pause }) => {
    if (value === null || headers?.skip) pause()()
    offset.padEnd(1)
  }
  await consumer.run({ eachMessage })
  await consumer.run({
    eachBatch: async ({ batch, resolveOffset, uncommittedOffsets }: own.EachBatchPayload) => {
      for (const { offset } of batch.messages) resolveOffset(offset)
      uncommittedOffsets().topics.flatMap(({ partitions }) => partitions.map(({ offset }) => offset))
    },
  })
  try {
    await kafka.admin().createAcls({
      acl: [
        {
          resourceType: own.AclResourceTypes.TOPIC,
          resourceName: 't',
          resourcePatternType: own.ResourcePatternTypes.LITERAL,
          principal: 'User:a',
          host: '*',
          operation: own.AclOperationTypes.ALL,
          permissionType: own.AclPermissionTypes.ALLOW,
        },
      ],
    })
  } catch (error) {
    if (error instanceof own.KafkaJSProtocolError) error.type.toLowerCase()
    if (error instanceof own.KafkaJSNumberOfRetriesExceeded) error.retryCount.toFixed()
  }
}

/** What is made here goes where kafkajs is asked for: wrappers take it. */
export const forWrappers = (wrapper: (kafka: theirs.Kafka, types: typeof theirs.CompressionTypes.GZIP) => void): void =>
  wrapper(new own.Kafka({ brokers: [] }), theirs.CompressionTypes.GZIP)
