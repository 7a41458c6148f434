import java.io.FileWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.telemetry.ClientTelemetry;
import org.apache.kafka.server.telemetry.ClientTelemetryPayload;
import org.apache.kafka.server.telemetry.ClientTelemetryReceiver;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;

/** Writes what clients push to a broker (KIP-714) into the file `test.telemetry.file`, a line for each metric. */
public class TelemetryLines implements MetricsReporter, ClientTelemetry, ClientTelemetryReceiver {
  private String file;

  @Override public void configure(Map<String, ?> configs) { file = (String) configs.get("test.telemetry.file"); }
  @Override public void init(List<KafkaMetric> metrics) {}
  @Override public void metricChange(KafkaMetric metric) {}
  @Override public void metricRemoval(KafkaMetric metric) {}
  @Override public void close() {}
  @Override public ClientTelemetryReceiver clientReceiver() { return this; }

  @Override public synchronized void exportMetrics(AuthorizableRequestContext context, ClientTelemetryPayload payload) {
    try (FileWriter out = new FileWriter(file, true)) {
      MetricsData.parseFrom(payload.data()).getResourceMetricsList().forEach(resource ->
          resource.getScopeMetricsList().forEach(scope -> scope.getMetricsList().forEach(metric -> {
            var points = metric.hasSum() ? metric.getSum().getDataPointsList() : metric.getGauge().getDataPointsList();
            String kind = metric.hasSum() ? metric.getSum().getAggregationTemporality().name() : "GAUGE";
            try {
              out.write(String.join(" ", context.clientId(), payload.clientInstanceId().toString(),
                  String.valueOf(payload.isTerminating()), metric.getName(), kind,
                  String.valueOf(points.get(0).getAsDouble())));
              for (var each : points.get(0).getAttributesList())
                out.write(" " + each.getKey() + "=" + each.getValue().getStringValue());
              out.write("\n");
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          })));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
