import java.io.FileInputStream;
import java.security.Security;
import java.security.cert.CertPathValidator;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Bouncy Castle judges one path: root.cer signer.cer list.crl seconds-since-1970. Prints "valid" or why not. */
public class PathJudge {
    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
        X509Certificate root = (X509Certificate) factory.generateCertificate(new FileInputStream(args[0]));
        X509Certificate signer = (X509Certificate) factory.generateCertificate(new FileInputStream(args[1]));
        X509CRL list = (X509CRL) factory.generateCRL(new FileInputStream(args[2]));
        root.verify(root.getPublicKey(), "BC");
        list.verify(root.getPublicKey(), "BC");
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(true);
        parameters.setDate(new Date(Long.parseLong(args[3]) * 1000));
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(signer, list)), "BC"));
        try {
            CertPathValidator.getInstance("PKIX", "BC").validate(factory.generateCertPath(List.of(signer)), parameters);
            System.out.println("valid");
        } catch (java.security.cert.CertPathValidatorException problem) {
            System.out.println("invalid: " + problem.getMessage());
        }
    }
}
