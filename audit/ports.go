package audit

import (
	"slices"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Class groups what a rule may open by what an attacker gets from it. The
// order is the one in which classes win where two are equally severe.
type Class uint8

const (
	NoClass    Class = iota // not about ports that are open
	AllTraffic              // every port of a protocol, or nearly
	Admin                   // remote administration
	Database                // data stores, queues and their consoles
	HighRisk                // directory, file, mail and development services
	Unexpected              // ports that the table of services does not name
	classes
)

// Classes returns the classes of services by the words that the configuration
// knows them by.
func Classes() map[string]Class {
	return map[string]Class{"admin": Admin, "database": Database, "high-risk": HighRisk}
}

// Service is what commonly listens on a port, and how bad it is that the
// whole internet may talk to it on an attached group.
type Service struct {
	Traffic  inventory.Traffic
	Name     string
	Class    Class
	Severity findings.Severity
}

// services is the one table of ports. It is the union of what ten auditors
// and the AWS controls EC2.13, EC2.14 and EC2.19 look for; several services
// may share a port.
var services = func() []Service {
	var all []Service
	add := func(class Class, sev findings.Severity, name string, traffic ...string) {
		for _, text := range traffic {
			t, err := inventory.ParseTraffic(text)
			if err != nil {
				panic(err)
			}
			all = append(all, Service{Traffic: t, Name: name, Class: class, Severity: sev})
		}
	}
	const (
		l = findings.Low
		m = findings.Medium
		h = findings.High
		c = findings.Critical
	)
	add(Admin, h, "SSH", "tcp/22")
	add(Admin, h, "RDP", "tcp/3389", "udp/3389")
	add(Admin, h, "Telnet", "tcp/23")
	add(Admin, h, "WinRM", "tcp/5985-5986")
	add(Admin, h, "MS RPC endpoint mapper", "tcp/135")
	add(Admin, h, "SMB/CIFS", "tcp/445", "udp/445")
	add(Admin, h, "NetBIOS", "udp/137-138", "tcp/139")
	add(Admin, h, "VNC server", "tcp/5900-5903")
	add(Admin, m, "VNC listener", "tcp/5500")
	add(Admin, m, "VNC over http", "tcp/5800-5803")
	add(Admin, m, "Radmin", "tcp/4899")
	add(Admin, h, "r-services", "tcp/512-514")
	add(Admin, h, "SNMP", "udp/161-162")
	add(Admin, h, "IPMI", "udp/623")
	add(Admin, c, "Docker API", "tcp/2375")
	add(Admin, h, "Docker API (TLS)", "tcp/2376")
	add(Admin, m, "Kubernetes API", "tcp/6443")
	add(Admin, c, "kubelet", "tcp/10250")
	add(Admin, h, "kubelet (read-only)", "tcp/10255")
	add(Admin, c, "etcd", "tcp/2379-2380")
	add(Admin, h, "Salt master", "tcp/4505-4506")
	add(Admin, m, "Puppet", "tcp/8140")
	add(Admin, h, "Consul", "tcp/8500")
	add(Admin, h, "Vault", "tcp/8200")
	add(Admin, h, "Nomad", "tcp/4646")
	add(Admin, h, "Webmin", "tcp/10000")
	add(Admin, m, "open forward proxy", "tcp/3128")
	add(Admin, l, "OpenVPN", "udp/1194")
	add(Admin, l, "WireGuard", "udp/51820")

	add(HighRisk, h, "LDAP", "tcp/389", "udp/389")
	add(HighRisk, h, "LDAPS", "tcp/636")
	add(HighRisk, h, "AD global catalog", "tcp/3268-3269")
	add(HighRisk, h, "Kerberos", "tcp/88", "tcp/464", "tcp/749-750")

	add(Database, h, "MySQL/MariaDB/Aurora", "tcp/3306", "tcp/33060")
	add(Database, m, "mSQL", "tcp/4333")
	add(Database, h, "PostgreSQL", "tcp/5432", "tcp/6432")
	add(Database, h, "SQL Server", "tcp/1433")
	add(Database, h, "SQL Server browser", "udp/1434", "tcp/1434")
	add(Database, h, "SQL Server Analysis Services", "tcp/2382-2383")
	add(Database, h, "Oracle", "tcp/1521-1522", "tcp/1630", "tcp/2483-2484")
	add(Database, h, "Redshift", "tcp/5439")
	add(Database, h, "DB2", "tcp/50000")
	add(Database, c, "MongoDB", "tcp/27017-27019", "tcp/28017")
	add(Database, c, "Redis/Valkey", "tcp/6379")
	add(Database, h, "Redis/Valkey TLS", "tcp/6380")
	add(Database, h, "Redis/Valkey cluster bus", "tcp/16379")
	add(Database, c, "memcached", "tcp/11211", "udp/11211", "tcp/11214-11215")
	add(Database, c, "Elasticsearch/OpenSearch", "tcp/9200", "tcp/9300")
	add(Database, h, "Kibana/Dashboards", "tcp/5601")
	add(Database, h, "Cassandra", "tcp/7000-7001", "tcp/7199", "tcp/9042", "tcp/9142", "tcp/9160", "tcp/61620-61621")
	add(Database, h, "Neptune/Gremlin", "tcp/8182")
	add(Database, h, "Neo4j", "tcp/7474", "tcp/7687")
	add(Database, h, "CouchDB", "tcp/5984")
	add(Database, h, "InfluxDB", "tcp/8086")
	add(Database, h, "ClickHouse", "tcp/8123", "tcp/9000")
	add(Database, h, "Kafka/MSK", "tcp/9092", "tcp/9094", "tcp/9096", "tcp/9098")
	add(Database, h, "ZooKeeper", "tcp/2181")
	add(Database, h, "AMQP", "tcp/5671-5672")
	add(Database, m, "RabbitMQ UI", "tcp/15672")
	add(Database, m, "MQTT", "tcp/1883", "tcp/8883")
	add(Database, m, "ActiveMQ openwire", "tcp/61616")
	add(Database, h, "HDFS", "tcp/8020", "tcp/9000", "tcp/50070", "tcp/50470")
	add(Database, h, "YARN", "tcp/8088")
	add(Database, m, "Spark", "tcp/4040", "tcp/7077", "tcp/8080", "tcp/18080")

	add(HighRisk, m, "FTP", "tcp/20-21")
	add(HighRisk, m, "TFTP", "udp/69")
	add(HighRisk, h, "portmap", "tcp/111", "udp/111")
	add(HighRisk, h, "NFS/EFS", "tcp/2049", "udp/2049", "tcp/4045")
	add(HighRisk, h, "rsync", "tcp/873")
	add(HighRisk, h, "iSCSI", "tcp/3260")
	add(HighRisk, l, "SMTP", "tcp/25")
	add(HighRisk, m, "POP3", "tcp/110")
	add(HighRisk, m, "IMAP", "tcp/143")
	add(HighRisk, m, "DNS resolver", "tcp/53", "udp/53")
	add(HighRisk, m, "NTP", "udp/123")
	add(HighRisk, m, "SSDP", "udp/1900")
	add(HighRisk, m, "dashboards/dev servers", "tcp/3000", "tcp/5000", "tcp/8000", "tcp/8008", "tcp/8080-8081", "tcp/8443")
	add(HighRisk, h, "Jupyter", "tcp/8888")
	add(HighRisk, m, "Prometheus", "tcp/9090-9091")
	add(HighRisk, h, "Splunk management", "tcp/8089")
	return all
}()

// ServicesWith returns the services of the table of ports that use some of the
// traffic, in its order.
func ServicesWith(t inventory.Traffic) (using []Service) {
	for _, s := range services {
		if t.Overlaps(s.Traffic) {
			using = append(using, s)
		}
	}
	return using
}

// CheckOf returns the id of the check that judges what is open of a class.
func CheckOf(class Class) string {
	for _, c := range Checks() {
		if c.Class == class {
			return c.ID
		}
	}
	return ""
}

// ServicesOf names the services of the given classes that the traffic opens,
// each once, in the order of the table of ports and then of the settings.
func (r *Pass) ServicesOf(t inventory.Traffic, classes ...Class) []string {
	return r.Settings.servicesOf(t, func(s *Service) bool { return slices.Contains(classes, s.Class) })
}

func (s *Settings) servicesOf(t inventory.Traffic, wanted func(*Service) bool) []string {
	var names []string
	for _, table := range [][]Service{services, s.Services} {
		for i := range table {
			o := &table[i]
			if wanted(o) && t.Overlaps(o.Traffic) && !slices.Contains(names, o.Name) {
				names = append(names, o.Name)
			}
		}
	}
	return names
}
