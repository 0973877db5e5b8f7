import java.io.FileInputStream;
import java.security.Security;
import java.security.cert.CertPathValidator;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Bouncy Castle judges one path: seconds-since-1970 root.cer file... Names ending in .crl are revocation lists, the others
 * the path, signer first. Without a list, revocation is not asked for. Prints "valid" or why not.
 */
public class PathJudge {
    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
        X509Certificate root = (X509Certificate) factory.generateCertificate(new FileInputStream(args[1]));
        root.verify(root.getPublicKey(), "BC");
        List<Object> held = new ArrayList<>();
        List<Certificate> path = new ArrayList<>();
        boolean revocation = false;
        for (String name : List.of(args).subList(2, args.length)) {
            if (name.endsWith(".crl")) {
                held.add(factory.generateCRL(new FileInputStream(name)));
                revocation = true;
            } else {
                path.add(factory.generateCertificate(new FileInputStream(name)));
            }
        }
        held.addAll(path);
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(revocation);
        parameters.setDate(new Date(Long.parseLong(args[0]) * 1000));
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(held), "BC"));
        try {
            CertPathValidator.getInstance("PKIX", "BC").validate(factory.generateCertPath(path), parameters);
            System.out.println("valid");
        } catch (java.security.cert.CertPathValidatorException problem) {
            System.out.println("invalid: " + problem.getMessage());
        }
    }
}
